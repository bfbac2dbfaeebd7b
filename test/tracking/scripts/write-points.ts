import { writeSync } from 'node:fs';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';

// Logs points to a run and prints the number of each once it is acknowledged; ends after `count`, or is killed.
const [directory = '', uid = '', count = '0', mode = 'create'] = process.argv.slice(2);
const store = openLocalStore({ directory, project: 'demo' });
const writer =
  mode === 'resume'
    ? store.openRun(uid)
    : store.createRun({
        uid,
        name: 'points',
        project: 'demo',
        runKind: 'run',
        params: {},
        inputs: {},
        labels: {},
      });
writer.append({ kind: 'state', state: 'running' });
for (let i = 1; i <= Number(count); i++) {
  writer.append({ kind: 'metric', key: 'loss', value: i, step: i });
  writeSync(1, `${i}\n`);
}
writer.append({ kind: 'state', state: 'completed' });
writer.close();
