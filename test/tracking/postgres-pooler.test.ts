import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { openPostgresTracking } from '../../src/tracking/postgres/postgres-tracking.ts';
import { describeWith } from '../setup/components.ts';
import { startPgBouncer } from '../support/start-pgbouncer.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { tempDirectory } from './temp-directory.ts';

describeWith(['postgres', 'pgbouncer'], 'a database behind PgBouncer', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.dispose());

  it('is refused where connections are given to others between transactions, and says what to do', async () => {
    const pooler = await startPgBouncer(await postgres.createDatabase(), 'transaction');
    onTestFinished(() => pooler.stop());
    await expect(openPostgresTracking({ url: pooler.url, artifacts: tempDirectory() })).rejects.toMatchObject(
      {
        code: 'DATABASE_UNSUITABLE',
        message: expect.stringContaining('between transactions'),
        hint: expect.stringContaining('pool_mode = session'),
      },
    );
  }, 60_000);

  it('works where connections are kept for whole sessions, changes are heard too', async () => {
    const pooler = await startPgBouncer(await postgres.createDatabase(), 'session');
    onTestFinished(() => pooler.stop());
    const tracking = await openPostgresTracking({ url: pooler.url, artifacts: tempDirectory() });
    onTestFinished(() => tracking.close());
    const uid = createUid();
    const created = {
      ...({ kind: 'created', uid, name: 'pooled', project: 'demo', runKind: 'run', attempt: 1 } as const),
      ...{ params: {}, inputs: {}, labels: {} },
    };
    const time = Date.now();
    const replicas = tracking.replicas('demo');
    await replicas.receive(uid, [{ seq: 1, time, ...created }]);
    const seen: string[] = [];
    const signal = AbortSignal.timeout(30_000);
    for await (const event of tracking.project('demo').events(uid, { follow: true, signal })) {
      seen.push(event.kind);
      if (event.kind === 'created')
        await replicas.receive(uid, [{ seq: 2, time, kind: 'state', state: 'completed' }]);
      else break;
    }
    expect(seen).toEqual(['created', 'state']);
  }, 60_000);
});
