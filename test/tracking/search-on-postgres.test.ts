import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPostgresStore } from '../../src/tracking/open-postgres-store.ts';
import { describeWith } from '../setup/components.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { compareWithMemory, fill } from './search-samples.ts';
import { tempDirectory } from './temp-directory.ts';

describeWith(['postgres'], 'searching in Postgres', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.dispose());

  it('finds what the same filter finds in memory, in the same order', async () => {
    const folder = tempDirectory();
    const store = await openPostgresStore({
      url: await postgres.createDatabase(),
      project: 'demo',
      artifacts: path.join(folder, 'artifacts'),
      spoolDirectory: path.join(folder, 'spool'),
    });
    const uids = fill(store);
    await store.flush();
    await compareWithMemory(store, uids, 200);
    const chain = Array.from({ length: 500 }, (_, i) => `iteration = ${i}`).join(' or ');
    expect((await store.searchRuns({ filter: chain })).runs.length).toBeGreaterThan(0);
    expect(await store.searchRuns({ filter: "name like 'a\\\\'" })).toEqual({ runs: [] });
    await store.close();
  }, 180_000);
});
