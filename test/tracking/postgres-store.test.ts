import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openPostgresStore } from '../../src/tracking/open-postgres-store.ts';
import type { StoreUnderTest } from '../contract/run-store/opened-run-store.ts';
import { describeRunStore } from '../contract/run-store.ts';
import { describeSharedCache } from '../contract/run-store-cache.ts';
import { describeWith } from '../setup/components.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { settledStore } from './settled-store.ts';
import { tempFolder } from './temp-directory.ts';

describeWith(['postgres'], 'a store straight on Postgres', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.dispose());

  const create = async (): Promise<StoreUnderTest> => {
    const url = await postgres.createDatabase();
    const folder = tempFolder();
    const clients: Awaited<ReturnType<typeof openPostgresStore>>[] = [];
    return {
      async open() {
        const client = await openPostgresStore({
          url,
          project: 'demo',
          artifacts: path.join(folder.directory, 'artifacts'),
          spoolDirectory: path.join(folder.directory, `client-${clients.length}`),
        });
        clients.push(client);
        return settledStore(client, clients);
      },
      dispose: async () => folder.remove(),
    };
  };

  describeRunStore('postgres', create);
  describeSharedCache('postgres', create);
});
