import { openHttpStore } from '../../../src/tracking/open-http-store.ts';

// node ship-points.mjs <url> <token> <spool folder> <uid>: logs points to a tracking server and prints each one's number once it is acknowledged
const [url = '', token = '', spoolDirectory = '', uid = ''] = process.argv.slice(2);
const store = openHttpStore({ server: { url, token }, project: 'demo', spoolDirectory });
const writer = store.createRun({
  uid,
  name: 'points',
  project: 'demo',
  runKind: 'run',
  params: {},
  inputs: {},
  labels: {},
});
writer.append({ kind: 'state', state: 'running' });
let point = 0;

/** Some at once, then a chance for what was logged to be sent. */
function logSome(): void {
  for (let i = 0; i < 20; i++) {
    point++;
    writer.append({ kind: 'metric', key: 'point', value: point, step: point });
  }
  process.stdout.write(`${point}\n`);
  setTimeout(logSome, 1);
}
logSome();
