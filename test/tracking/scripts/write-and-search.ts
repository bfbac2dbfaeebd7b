import { createUid } from '../../../src/core/id.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';

// One of several processes that write runs and search at the same time; prints the uids it wrote.
const [directory = '', runs = '0', points = '0'] = process.argv.slice(2);
const store = openLocalStore({ directory, project: 'demo' });
for (let i = 0; i < Number(runs); i++) {
  const writer = store.createRun({
    uid: createUid(),
    name: 'soak',
    project: 'demo',
    runKind: 'run',
    params: { i },
    inputs: {},
    labels: {},
  });
  writer.append({ kind: 'state', state: 'running' });
  for (let step = 1; step <= Number(points); step++)
    writer.append({ kind: 'metric', key: 'loss', value: step, step });
  const { runs: found } = await store.searchRuns({ filter: `uid = '${writer.uid}'` });
  if (found[0]?.metrics.loss !== Number(points)) throw new Error(`run "${writer.uid}" is not found whole`);
  writer.append({ kind: 'state', state: 'completed' });
  writer.close();
  process.stdout.write(`${writer.uid}\n`);
}
await store.close();
