import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { StoreUnderTest } from '../contract/run-store/opened-run-store.ts';
import { describeRunStore } from '../contract/run-store.ts';
import { describeSharedCache } from '../contract/run-store-cache.ts';
import { describeWith } from '../setup/components.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';
import { serverUnderTest } from './server-under-test.ts';
import { tempFolder } from './temp-directory.ts';

interface EmptyServer {
  readonly server: TrackingServer;
  readonly database: string;
  readonly artifacts: string;
}

describeWith(['postgres'], 'a tracking server on Postgres', () => {
  let postgres: Postgres;
  const folder = tempFolder();
  const started: EmptyServer[] = [];
  const free: EmptyServer[] = [];
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => {
    for (const { server } of started) await server.stop();
    await postgres.dispose();
    folder.remove();
  });

  const start = async (): Promise<EmptyServer> => {
    const url = await postgres.createDatabase();
    const home = path.join(folder.directory, `server-${started.length}`);
    const server = await startTrackingServer(home, { env: { SLIPWAY_DATABASE_URL: url } });
    const fresh = { server, database: new URL(url).pathname.slice(1), artifacts: server.storeDirectory };
    started.push(fresh);
    return fresh;
  };
  const tables =
    'journals, events, output, facts, mentions, runs, fields, artifacts, artifact_positions, tags, overlays, claims';

  const create = async (): Promise<StoreUnderTest> => {
    const used = free.pop() ?? (await start());
    return serverUnderTest(async () => ({
      ...used.server,
      // one server after the other would take longer than all the tests
      async stop() {
        postgres.sql(used.database, `SET search_path TO slipway; TRUNCATE ${tables}`);
        rmSync(path.join(used.artifacts, 'artifacts'), { recursive: true, force: true });
        free.push(used);
      },
    }));
  };

  describeRunStore('http, on Postgres', create);
  describeSharedCache('http, on Postgres', create);
});
