import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { startServer } from '../../src/server/start-server.ts';
import { RunShipper } from '../../src/tracking/http/run-shipper.ts';
import { createServerClient } from '../../src/tracking/http/server-client.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import { tempDirectory } from './temp-directory.ts';

const token = 'token-of-the-test-of-shipping';

/** Leads to a server, and breaks off the second request for events. */
async function startBreakingProxy(target: string): Promise<string> {
  let requests = 0;
  const proxy = createServer((incoming, answer) => {
    if (incoming.url?.endsWith('/events') && ++requests === 2) return void incoming.socket.destroy();
    const { method = 'GET', headers, url } = incoming;
    incoming.pipe(
      request(new URL(url ?? '/', target), { method, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 500, response.headers);
        response.pipe(answer);
      }),
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

it('a journal that takes several requests comes whole, also when one of them breaks off', async () => {
  const [home, spool] = [tempDirectory(), tempDirectory()];
  const server = await startServer({
    directory: home,
    tokens: [{ token, access: 'write', project: 'demo' }],
    port: 0,
    version: 'test',
  });
  onTestFinished(() => server.close());
  const local = openLocalStore({ directory: spool, project: 'demo' });
  onTestFinished(() => local.close());
  const uid = createUid();
  const writer = local.createRun({
    ...{ uid, name: 'long', project: 'demo', runKind: 'run', attempt: 1 },
    ...{ params: {}, inputs: {}, labels: {} },
  });
  for (let step = 1; step <= 6000; step++) writer.append({ kind: 'metric', key: 'i', value: step, step });
  writer.append({ kind: 'state', state: 'completed' });
  writer.close();
  const client = createServerClient({ url: await startBreakingProxy(server.url), token }, 'demo');
  onTestFinished(() => client.close());
  const shipper = new RunShipper(client, { storeDirectory: spool, project: 'demo', uid });
  await shipper.flush({ withinMs: 30_000 });
  const there = openLocalStore({ directory: home, project: 'demo' });
  onTestFinished(() => there.close());
  const points = await there.metricHistory(uid, 'i');
  expect(points.map(({ value }) => value)).toEqual(Array.from({ length: 6000 }, (_, index) => index + 1));
  expect((await there.getRun(uid)).state).toBe('completed');
  expect(shipper.isDone).toBe(true);
});
