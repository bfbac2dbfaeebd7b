import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import type { JournalEvent } from '../../src/tracking/journal-event.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import type { RunWriter } from '../../src/tracking/store.ts';
import { describeWith } from '../setup/components.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';
import { tempDirectory } from './temp-directory.ts';

const patience = { timeout: 60_000, interval: 100 };

describeWith(['postgres'], 'a server of a Postgres database that fails for a while', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.dispose());

  const startServer = async (): Promise<{ server: TrackingServer; client: pg.Client }> => {
    const folder = tempDirectory();
    const url = await postgres.createDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET lock_timeout = '1s'`);
    const env = { SLIPWAY_DATABASE_URL: url, SLIPWAY_ARTIFACTS: path.join(folder, 'artifacts') };
    const server = await startTrackingServer(path.join(folder, 'server'), { env });
    onTestFinished(async () => {
      await client.end();
      await server.stop();
    });
    return { server, client };
  };
  const openStore = (server: TrackingServer) => {
    let hear = (): void => undefined;
    const failed = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const store = openHttpStore({
      server: server.address,
      project: 'demo',
      spoolDirectory: tempDirectory(),
      onUnreachable: hear,
    });
    onTestFinished(() => store.close());
    const begin = (): RunWriter =>
      store.createRun({
        ...{ uid: createUid(), name: 'far', project: 'demo', runKind: 'run' },
        ...{ params: {}, inputs: {}, labels: {} },
      });
    const valuesOf = async ({ uid }: RunWriter): Promise<readonly unknown[]> =>
      (await store.metricHistory(uid, 'i')).map(({ value }) => value);
    return { store, failed, begin, valuesOf };
  };
  const send = (server: TrackingServer, uid: string, events: readonly JournalEvent[]): Promise<Response> =>
    fetch(`${server.address.url}/api/v1/projects/demo/runs/${uid}/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.address.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
  const readiness = async (server: TrackingServer): Promise<number> =>
    (await fetch(`${server.address.url}/ready`)).status;
  const count = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  it('says 503 while a lock is not to be had in time, and gets everything once when it is', async () => {
    const { server, client } = await startServer();
    const { store, failed, begin, valuesOf } = openStore(server);
    const writer = begin();
    await store.flush();
    await client.query('BEGIN; SELECT * FROM slipway.journals FOR UPDATE');
    const answer = await send(server, writer.uid, []);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    for (const value of count(1, 20)) writer.append({ kind: 'metric', key: 'i', value });
    await failed;
    await client.query('ROLLBACK');
    await store.flush();
    expect(await valuesOf(writer)).toEqual(count(1, 20));
    writer.close();
  });

  it('is asked again when it failed itself, and gets everything once', async () => {
    const { server, client } = await startServer();
    const { store, failed, begin, valuesOf } = openStore(server);
    const writer = begin();
    await store.flush();
    await client.query('ALTER TABLE slipway.events RENAME TO events_away');
    for (const value of count(1, 20)) writer.append({ kind: 'metric', key: 'i', value });
    await failed;
    expect(
      (await send(server, writer.uid, [{ seq: 2, time: 1, kind: 'heartbeat', cpu: 1, rss: 1 }])).status,
    ).toBe(500);
    await client.query('ALTER TABLE slipway.events_away RENAME TO events');
    await store.flush();
    expect(await valuesOf(writer)).toEqual(count(1, 20));
    writer.close();
  });

  it('goes on bringing rows up to their journals after a lock that was not to be had in time', async () => {
    const { server, client } = await startServer();
    const { store, begin } = openStore(server);
    const writer = begin();
    await store.flush();
    await client.query('BEGIN; SELECT * FROM slipway.runs FOR UPDATE');
    for (const value of count(1, 1500)) writer.append({ kind: 'metric', key: 'i', value });
    await store.flush();
    const waiting = async (): Promise<number> =>
      (await client.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rows.length;
    await expect.poll(waiting, { ...patience, interval: 10 }).toBeGreaterThan(0);
    await expect.poll(waiting, { ...patience, interval: 10 }).toBe(0);
    await client.query('ROLLBACK');
    const behind = async (): Promise<number> =>
      (
        await client.query(
          'SELECT 1 FROM slipway.runs r JOIN slipway.journals j USING (id) WHERE r.seq < j.seq',
        )
      ).rows.length;
    await expect.poll(behind, patience).toBe(0);
    expect(await readiness(server)).toBe(200);
    writer.close();
  });

  it('is ready again once what nobody expected has passed', async () => {
    const { server, client } = await startServer();
    await client.query('ALTER TABLE slipway.runs RENAME TO runs_away');
    await expect.poll(() => readiness(server), patience).toBe(500);
    await client.query('ALTER TABLE slipway.runs_away RENAME TO runs');
    await expect.poll(() => readiness(server), patience).toBe(200);
  });
});
