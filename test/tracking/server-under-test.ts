import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HttpStore } from '../../src/tracking/http/http-store.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import type { StoreUnderTest } from '../contract/run-store/opened-run-store.ts';
import type { TrackingServer } from '../support/start-tracking-server.ts';
import { settledStore } from './settled-store.ts';

/** Clients of a tracking server of their own, for the contract suite. */
export async function serverUnderTest(
  start: (folder: string) => Promise<TrackingServer>,
): Promise<StoreUnderTest> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-http-'));
  const server = await start(path.join(folder, 'server'));
  const clients: HttpStore[] = [];
  return {
    async open() {
      const client = openHttpStore({
        server: server.address,
        project: 'demo',
        spoolDirectory: path.join(folder, `client-${clients.length}`),
      });
      clients.push(client);
      return settledStore(client, clients);
    },
    async dispose() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
