import { existsSync, writeSync } from 'node:fs';
import { isSlipwayError } from '../../../src/core/error.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';

// Waits for a file, then creates and ends runs one after the other, and prints of each whether it was created or the code of the error.
const [directory = '', go = '', ...uids] = process.argv.slice(2);
const store = openLocalStore({ directory, project: 'demo' });
writeSync(1, 'ready\n');
while (!existsSync(go));
for (const uid of uids) writeSync(1, `${uid} ${create(uid)}\n`);
await store.close();

function create(uid: string): string {
  try {
    const writer = store.createRun({
      ...{ uid, name: 'x', project: 'demo', runKind: 'trial' },
      ...{ params: {}, inputs: {}, labels: {} },
    });
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    return 'created';
  } catch (error) {
    return isSlipwayError(error) ? error.code : String(error);
  }
}
