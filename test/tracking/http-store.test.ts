import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HttpStore } from '../../src/tracking/http/http-store.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import { describeRunStore } from '../contract/run-store.ts';
import { startTrackingServer } from '../support/start-tracking-server.ts';

/** What a client reads shows what other clients wrote once that has reached the server; the suite waits for it. */
function afterAll(store: HttpStore, clients: readonly HttpStore[]): RunStore {
  const settled = async (): Promise<void> => {
    for (const client of clients) await client.flush();
  };
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const bound = (member as (...args: unknown[]) => unknown).bind(target);
      if (
        ['createRun', 'openRun', 'close', 'flush', 'events', 'logs', 'createStaging'].includes(String(name))
      )
        return bound;
      return async (...args: unknown[]) => {
        await settled();
        return bound(...args);
      };
    },
  });
}

describeRunStore('http', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-http-'));
  const server = await startTrackingServer(path.join(folder, 'server'));
  const clients: HttpStore[] = [];
  return {
    async open() {
      const client = openHttpStore({
        server: server.address,
        project: 'demo',
        spoolDirectory: path.join(folder, `client-${clients.length}`),
      });
      clients.push(client);
      return afterAll(client, clients);
    },
    async dispose() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
});
