import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { syncStore } from '../../src/tracking/http/sync-store.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import { describeWith } from '../setup/components.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { startTrackingServer } from '../support/start-tracking-server.ts';
import { bundleScript, startScript } from '../tracking/child.ts';
import { tempDirectory } from '../tracking/temp-directory.ts';

/** Deaths of the writer, and of the server; SLIPWAY_SOAK_ROUNDS asks for more. */
const rounds = Number(process.env.SLIPWAY_SOAK_ROUNDS ?? 5);

let shipPoints = '';
beforeAll(async () => {
  shipPoints = await bundleScript('ship-points');
});

/** Writers and servers are killed in turn; `more` is what dies with every second server. */
function killInTurn(
  environment: () => Readonly<Record<string, string>>,
  more: () => Promise<void> = async () => undefined,
): void {
  it(
    `keep every acknowledged point, once and in order, over ${rounds} deaths of the server and ${rounds} of the writer`,
    async () => {
      const folder = tempDirectory();
      const home = path.join(folder, 'home');
      const spool = path.join(folder, 'spool');
      const env = environment();
      let server = await startTrackingServer(home, { env });
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
        if (round % 2 === 0) await more();
        // the writer goes on while nobody listens
        await child.line((line) => Number(line) > alone + 200);
        server = await startTrackingServer(home, { port, env });
        const after = Number(child.lines.at(-1));
        await child.line((line) => Number(line) > after + ((round * 137) % 400));
        child.process.kill('SIGKILL');
        await child.ended;
        acknowledged.set(uid, Number(child.lines.at(-1)));
      }
      const report = await syncStore({ server: server.address, storeDirectory: spool, withinMs: 120_000 });
      expect(report.failed).toEqual([]);
      const store = openHttpStore({
        server: server.address,
        project: 'demo',
        spoolDirectory: path.join(folder, 'reader'),
      });
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
    },
    Math.max(300_000, rounds * 30_000),
  );
}

describe('runs on a tracking server', () => {
  killInTurn(() => ({}));
});

describeWith(['postgres'], 'runs on a tracking server with Postgres', () => {
  let postgres: Postgres;
  let SLIPWAY_DATABASE_URL = '';
  beforeAll(async () => {
    postgres = await startPostgres();
    SLIPWAY_DATABASE_URL = await postgres.createDatabase();
  });
  // a test that failed may have left it stopped
  beforeEach(() => postgres.start());
  afterAll(() => postgres.dispose());

  killInTurn(
    () => ({ SLIPWAY_DATABASE_URL }),
    async () => {
      await postgres.stop('SIGKILL');
      await postgres.start();
    },
  );
});
