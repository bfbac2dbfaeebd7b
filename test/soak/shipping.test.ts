import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { syncStore } from '../../src/tracking/http/sync-store.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import { startTrackingServer } from '../support/start-tracking-server.ts';
import { bundleScript, startScript } from '../tracking/child.ts';
import { tempDirectory } from '../tracking/temp-directory.ts';

/** Deaths of the writer, and of the server; SLIPWAY_SOAK_ROUNDS asks for more. */
const rounds = Number(process.env.SLIPWAY_SOAK_ROUNDS ?? 5);

let shipPoints = '';
beforeAll(async () => {
  shipPoints = await bundleScript('ship-points');
});

describe('runs on a tracking server', () => {
  it(`keep every acknowledged point, once and in order, over ${rounds} deaths of the server and ${rounds} of the writer`, async () => {
    const folder = tempDirectory();
    const home = path.join(folder, 'home');
    const spool = path.join(folder, 'spool');
    let server = await startTrackingServer(home);
    onTestFinished(() => server.stop());
    const port = Number(new URL(server.address.url).port);
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const uid = createUid();
      const { url, token = '' } = server.address;
      const child = startScript(shipPoints, url, token, spool, uid);
      await child.line((line) => Number(line) >= 200);
      await server.stop('SIGKILL');
      const alone = Number(child.lines.at(-1));
      // the writer goes on while nobody listens
      await child.line((line) => Number(line) > alone + 200);
      server = await startTrackingServer(home, { port });
      const after = Number(child.lines.at(-1));
      await child.line((line) => Number(line) > after + ((round * 137) % 400));
      child.process.kill('SIGKILL');
      await child.ended;
      acknowledged.set(uid, Number(child.lines.at(-1)));
    }
    const report = await syncStore({ server: server.address, storeDirectory: spool, withinMs: 20_000 });
    expect(report.failed).toEqual([]);
    const store = openLocalStore({ directory: server.storeDirectory, project: 'demo' });
    for (const [uid, last] of acknowledged) {
      const seen: number[] = [];
      const seqs: number[] = [];
      for await (const event of store.events(uid)) {
        seqs.push(event.seq);
        if (event.kind === 'metric') seen.push(Number(event.value));
      }
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      expect(seen).toEqual(seen.map((_, index) => index + 1));
      expect(seen.length).toBeGreaterThanOrEqual(last);
    }
    await store.close();
  }, 300_000);
});
