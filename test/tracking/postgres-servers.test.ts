import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import { createFolder } from '../e2e/slipway.ts';
import { describeWith } from '../setup/components.ts';
import { onBusyMachines } from '../setup/on-busy-machines.ts';
import { createdEvent, pointEvent } from '../support/journal-events.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';
import { tempDirectory } from './temp-directory.ts';

describeWith(['postgres'], 'servers of one Postgres database', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  // a test that failed may have left it stopped
  beforeEach(() => postgres.start());
  afterAll(() => postgres.dispose());

  const startServers = async (count: number, url: string): Promise<readonly TrackingServer[]> => {
    const folder = tempDirectory();
    const env = { SLIPWAY_DATABASE_URL: url, SLIPWAY_ARTIFACTS: path.join(folder, 'artifacts') };
    const servers = await Promise.all(
      Array.from({ length: count }, (_, i) => startTrackingServer(path.join(folder, `server-${i}`), { env })),
    );
    onTestFinished(async () => {
      for (const server of servers) await server.stop();
    });
    return servers;
  };
  const request = (server: TrackingServer, place: string, body?: object): Promise<Response> =>
    fetch(`${server.address.url}/api/v1/projects/demo${place}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${server.address.token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const time = Date.now();
  const created = (uid: string): object => createdEvent(uid, time);
  const point = (seq: number): object => pointEvent(seq, time);
  const pick = (servers: readonly TrackingServer[], at: number): TrackingServer => {
    const server = servers[at % servers.length];
    if (!server) throw new Error('no server was started');
    return server;
  };

  it('start at once on an empty database, and take each event once whoever it is sent to', async () => {
    const servers = await startServers(3, await postgres.createDatabase());
    const uid = createUid();
    const send = (at: number, seqs: readonly number[]): Promise<Response> =>
      request(pick(servers, at), `/runs/${uid}/events`, {
        events: seqs.map((seq) => (seq === 1 ? created(uid) : point(seq))),
      });
    for (let start = 1; start < 200; start += 10) {
      const seqs = Array.from({ length: 10 }, (_, i) => start + i);
      const answers = await Promise.all([0, 1, 2, 0, 1].map((at) => send(at, seqs)));
      for (const answer of answers) expect(await answer.json()).toEqual({ lastSeq: start + 9 });
    }
    expect((await send(1, [205])).status).toBe(409);
    const other = { events: [{ ...point(7), value: 'another' }] };
    expect(await (await request(pick(servers, 2), `/runs/${uid}/events`, other)).json()).toMatchObject({
      code: 'JOURNAL_CONFLICT',
    });
    const text = await (await request(pick(servers, 2), `/runs/${uid}/events`)).text();
    const seen = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    const points = (await (await request(pick(servers, 0), `/runs/${uid}/metrics`)).json()) as object[];
    expect(points).toHaveLength(199);
    expect(
      await (await request(pick(servers, 1), '/search/runs', { filter: 'metrics.loss = 200' })).json(),
    ).toMatchObject({
      runs: [{ uid }],
    });
  });

  it('show live what another one takes, and pass stop requests on', onBusyMachines, async () => {
    const servers = await startServers(2, await postgres.createDatabase());
    const [one, two] = [pick(servers, 0), pick(servers, 1)];
    const store = openHttpStore({ server: one.address, project: 'demo', spoolDirectory: tempDirectory() });
    const watcher = openHttpStore({ server: two.address, project: 'demo', spoolDirectory: tempDirectory() });
    const writer = store.createRun({
      uid: createUid(),
      name: 'live',
      project: 'demo',
      runKind: 'run',
      params: {},
      inputs: {},
      labels: {},
    });
    const lags: number[] = [];
    const sentAt = new Map<number, number>();
    const following = (async () => {
      for await (const event of watcher.events(writer.uid, { follow: true, after: writer.lastSeq })) {
        lags.push(performance.now() - (sentAt.get(event.seq) ?? 0));
        if (event.kind !== 'metric') continue;
        if (event.value === 20) writer.append({ kind: 'state', state: 'completed' });
        else
          sentAt.set(
            writer.append({ kind: 'metric', key: 'n', value: Number(event.value) + 1 }).seq,
            performance.now(),
          );
      }
    })();
    const asked = request(two, `/runs/${writer.uid}/stop?wait=20000`);
    expect((await request(one, `/runs/${writer.uid}/stop`, { reason: 'enough' })).status).toBe(204);
    expect(await (await asked).json()).toEqual({ reason: 'enough' });
    sentAt.set(writer.append({ kind: 'metric', key: 'n', value: 1 }).seq, performance.now());
    await following;
    writer.close();
    expect(lags.filter((lag) => lag < 900).length).toBeGreaterThan(10);
    await store.close();
    await watcher.close();
  });

  it('hear of a run by their own clock, whatever that of its host says', async () => {
    const url = await postgres.createDatabase();
    const sql = (statement: string): string => postgres.sql(new URL(url).pathname.slice(1), statement);
    const servers = await startServers(1, url);
    const server = pick(servers, 0);
    const uid = createUid();
    const longAgo = time - 10 * 60_000;
    const beat = async (seq: number): Promise<void> => {
      // as if it had last been heard of then
      sql(`UPDATE slipway.journals SET heard = ${longAgo} WHERE uid = '${uid}'`);
      const events = [{ seq, time: longAgo, kind: 'heartbeat', cpu: 1, rss: 1 }];
      expect(await (await request(server, `/runs/${uid}/events`, { events })).json()).toEqual({
        lastSeq: seq,
      });
    };
    const begin = [
      { ...created(uid), time: longAgo },
      { seq: 2, time: longAgo, kind: 'owner', owner: { host: 'elsewhere', pid: 7 } },
      { seq: 3, time: longAgo, kind: 'state', state: 'running' },
    ];
    expect((await request(server, `/runs/${uid}/events`, { events: begin })).status).toBe(200);
    for (const seq of [4, 5]) {
      await beat(seq);
      const page = await (await request(server, '/search/runs', {})).json();
      expect(page).toMatchObject({ runs: [{ uid, state: 'running' }] });
      expect(await (await request(server, `/runs/${uid}`)).json()).toMatchObject({ state: 'running' });
    }
    expect(sql("SELECT count(*) FROM slipway.facts WHERE kind = 'lost'")).toBe('0');
  });

  it('say 503 while the database is away, and lose nothing when it is killed and comes back', async () => {
    const servers = await startServers(2, await postgres.createDatabase());
    const [one, two] = [pick(servers, 0), pick(servers, 1)];
    const store = openHttpStore({
      server: one.address,
      project: 'demo',
      spoolDirectory: tempDirectory(),
      flushMs: 60_000,
    });
    const watcher = openHttpStore({ server: two.address, project: 'demo', spoolDirectory: tempDirectory() });
    const writer = store.createRun({
      uid: createUid(),
      name: 'steady',
      project: 'demo',
      runKind: 'run',
      params: {},
      inputs: {},
      labels: {},
    });
    const seen: number[] = [];
    const following = (async () => {
      for await (const event of watcher.events(writer.uid, { follow: true })) seen.push(event.seq);
    })();
    const log = (count: number): void => {
      for (let i = 0; i < count; i++) writer.append({ kind: 'metric', key: 'loss', value: i });
    };
    log(500);
    await store.flush();
    await postgres.stop('SIGKILL');
    log(500);
    const away = await request(one, '/search/runs', {});
    expect(away.status).toBe(503);
    expect(away.headers.get('retry-after')).toBe('1');
    expect(await away.json()).toMatchObject({ code: 'DATABASE_UNREACHABLE', kind: 'unavailable' });
    expect((await fetch(`${one.address.url}/health`)).status).toBe(200);
    expect((await fetch(`${one.address.url}/ready`)).status).toBe(503);
    // begun while it is away: it gets there later
    const late = store.createRun({
      uid: createUid(),
      name: 'late',
      project: 'demo',
      runKind: 'run',
      params: {},
      inputs: {},
      labels: {},
    });
    late.append({ kind: 'state', state: 'completed' });
    late.close();
    await postgres.start();
    log(500);
    writer.append({ kind: 'state', state: 'completed' });
    const { lastSeq } = writer;
    writer.close();
    await store.flush();
    await following;
    expect(seen).toEqual(Array.from({ length: lastSeq }, (_, i) => i + 1));
    expect((await watcher.getRun(late.uid)).state).toBe('completed');
    expect(await watcher.metricHistory(writer.uid)).toHaveLength(1500);
    await store.close();
    await watcher.close();
  });

  it('keep every batch that was acknowledged when database and servers are killed at once', async () => {
    const url = await postgres.createDatabase();
    const [server] = await startServers(1, url);
    if (!server) throw new Error('no server was started');
    const uid = createUid();
    let acknowledged = 0;
    await request(server, `/runs/${uid}/events`, { events: [created(uid)] });
    const sending = (async () => {
      for (let seq = 2; ; seq++) {
        const answer = await request(server, `/runs/${uid}/events`, { events: [point(seq)] }).catch(
          () => undefined,
        );
        if (answer?.status !== 200) return;
        acknowledged = seq;
      }
    })();
    const deadline = Date.now() + 50_000;
    while (acknowledged < 50 && Date.now() < deadline) await delay(5);
    await Promise.all([postgres.stop('SIGKILL'), server.stop('SIGKILL')]);
    await sending;
    await postgres.start();
    const kept = Number(postgres.sql(new URL(url).pathname.slice(1), 'SELECT max(seq) FROM slipway.events'));
    expect(acknowledged).toBeGreaterThanOrEqual(50);
    expect(kept).toBeGreaterThanOrEqual(acknowledged);
  });

  it('refuse a database that they cannot use, and never show its password', async () => {
    const url = await postgres.createDatabase();
    const name = new URL(url).pathname.slice(1);
    const serve = async (
      database: string,
      args: readonly string[] = [],
    ): Promise<{ code: number | null; stderr: string }> =>
      createFolder().slipway(['server', '--port', '0', ...args], { SLIPWAY_DATABASE_URL: database });
    const password = 'a secret of the tests';
    const inArguments = await createFolder().slipway(['server', '--port', '0', '--database', url]);
    expect(inArguments).toMatchObject({ code: 2, stderr: expect.stringContaining('SLIPWAY_DATABASE_URL') });
    const wrong = new URL(url);
    wrong.password = 'nonsense';
    const missing = new URL(url);
    missing.pathname = '/nosuchdatabase';
    postgres.sql('postgres', 'DROP DATABASE IF EXISTS latin');
    postgres.sql(
      'postgres',
      "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    );
    const [first] = await startServers(1, url);
    await first?.stop();
    postgres.sql(name, 'INSERT INTO slipway.migrations (number) VALUES (99)');
    const cases: readonly (readonly [string, string])[] = [
      [wrong.href, 'refuses'],
      [missing.href, 'nosuchdatabase'],
      [postgres.url('latin'), 'LATIN1'],
      [url, 'version 99'],
      [url.replace(/:\d+\//, ':1/'), 'does not answer'],
      ['mysql://host/name', 'not one of Postgres'],
    ];
    for (const [database, said] of cases) {
      const result = await serve(database);
      expect({ said, code: result.code, stderr: result.stderr }).toMatchObject({
        stderr: expect.stringContaining(said),
      });
      expect(result.code).not.toBe(0);
      expect(result.stderr).not.toMatch(/^\s+at /m);
      for (const text of [password, encodeURIComponent(password), 'nonsense'])
        expect(result.stderr).not.toContain(text);
    }
    expect(inArguments.stderr).not.toContain(password);
  });
});
