import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import { watchStopRequests } from '../../../src/tracking/stop-request.ts';

// Holds a running run until someone asks it to stop, and prints the reason.
const [directory = '', uid = ''] = process.argv.slice(2);
const store = openLocalStore({ directory, project: 'demo' });
const writer = store.createRun({
  uid,
  name: 'held',
  project: 'demo',
  runKind: 'run',
  params: {},
  inputs: {},
  labels: {},
});
writer.append({ kind: 'state', state: 'running' });
process.stdout.write('running\n');
const alive = setInterval(() => undefined, 1000);
const reason = await watchStopRequests(directory, 'demo', uid);
clearInterval(alive);
writer.append({ kind: 'state', state: 'aborted', reason: reason ?? '' });
writer.close();
process.stdout.write(`stopped: ${reason}\n`);
