import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import { createFolder } from '../e2e/slipway.ts';
import { createdEvent, pointEvent } from '../support/journal-events.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';

describe('slipway server', () => {
  let folder: string;
  let server: TrackingServer;
  const writer = 'w'.repeat(20);
  const reader = 'r'.repeat(20);
  const other = 'o'.repeat(20);

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-server-'));
    const tokens = path.join(folder, 'tokens');
    writeFileSync(tokens, `# who\n${writer}\n${reader} read\n${other} project=elsewhere\n`);
    server = await startTrackingServer(path.join(folder, 'home'), { args: ['--token-file', tokens] });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const request = (address: string, init: RequestInit & { token?: string } = {}): Promise<Response> =>
    fetch(`${server.address.url}${address}`, {
      ...init,
      headers: {
        ...init.headers,
        ...(init.token === undefined ? {} : { authorization: `Bearer ${init.token}` }),
      },
    });
  const runs = '/api/v1/projects/demo/search/runs';
  const search = (token?: string, body = '{}', address = runs): Promise<Response> =>
    request(address, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
      ...(token === undefined ? {} : { token }),
    });

  it('says that it lives and is ready without a token', async () => {
    expect(await (await request('/health')).json()).toMatchObject({ status: 'ok' });
    expect((await request('/ready')).status).toBe(200);
  });

  it('shows nothing without a token or with a wrong one', async () => {
    for (const response of [await search(), await search('x'.repeat(20))]) {
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'TOKEN_MISSING' });
    }
  });

  it('lets a reading token search, but change nothing', async () => {
    expect((await search(reader)).status).toBe(200);
    const stop = await request('/api/v1/projects/demo/garbage', { method: 'POST', token: reader });
    expect(stop.status).toBe(403);
    expect(await stop.json()).toMatchObject({ code: 'TOKEN_SCOPE' });
  });

  it('keeps a token for one project away from the others', async () => {
    expect((await search(other)).status).toBe(403);
    expect((await search(other, '{}', '/api/v1/projects/elsewhere/search/runs')).status).toBe(200);
  });

  it('names what is wrong with a request', async () => {
    const wrong = await search(writer, '{"limit": "many", "fliter": "x"}');
    expect(wrong.status).toBe(400);
    const body = (await wrong.json()) as { code: string; message: string };
    expect(body.code).toBe('INVALID_QUERY');
    expect(body.message).toContain('"limit"');
    expect(body.message).toContain('fliter');
    expect((await search(writer, '{"filter": "metric.loss > 1"}')).status).toBe(400);
    expect((await search(writer, 'not json')).status).toBe(400);
    expect((await request('/api/v1/projects/demo/nothing', { token: writer })).status).toBe(404);
    expect((await search(writer, '{}', '/api/v1/projects/..%2f..%2fetc/search/runs')).status).toBe(400);
  });

  it('refuses output and archives that come as text', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const uid = createUid();
    const time = Date.now();
    const created = { name: 'far', project: 'demo', runKind: 'run', params: {}, inputs: {}, labels: {} };
    const events = [{ seq: 1, time, kind: 'created', uid, ...created }];
    const run = `/api/v1/projects/demo/runs/${uid}`;
    expect((await search(writer, JSON.stringify({ events }), `${run}/events`)).status).toBe(200);
    for (const type of ['application/json', 'text/plain'])
      for (const [method, address, due] of [
        ['POST', `${run}/output?offset=0`, 'application/octet-stream'],
        ['PUT', `/api/v1/projects/demo/artifacts/${digest}?directory=false`, 'application/x-tar'],
        ['POST', '/api/v1/projects/demo/imports', 'application/x-tar'],
      ] as const) {
        const headers = { 'content-type': type };
        const answer = await request(address, { method, token: writer, body: '{"a":1}', headers });
        expect(answer.status, `${method} ${address} as ${type}`).toBe(400);
        expect(await answer.json()).toMatchObject({
          code: 'INVALID_QUERY',
          hint: expect.stringContaining(due),
        });
      }
    const size = await request(`${run}/output?offset=0`, { method: 'POST', token: writer });
    expect(await size.json()).toEqual({ size: 0 });
  });

  it('takes each event once and asks for what is missing', async () => {
    const uid = createUid();
    const time = Date.now();
    const created = createdEvent(uid, time);
    const metric = (seq: number): object => pointEvent(seq, time);
    const send = (events: readonly object[]): Promise<Response> =>
      search(writer, JSON.stringify({ events }), `/api/v1/projects/demo/runs/${uid}/events`);
    expect((await send([metric(2)])).status).toBe(404);
    expect(await (await send([created, metric(2)])).json()).toEqual({ lastSeq: 2 });
    expect(await (await send([created, metric(2), metric(3)])).json()).toEqual({ lastSeq: 3 });
    const gap = await send([metric(5)]);
    expect(gap.status).toBe(409);
    expect(await gap.json()).toMatchObject({ code: 'JOURNAL_GAP', details: { lastSeq: 3 } });
    expect(await (await send([{ ...metric(3), value: 7 }])).json()).toMatchObject({
      code: 'JOURNAL_CONFLICT',
    });
    expect(await (await send([{ ...created, name: 'near' }])).json()).toMatchObject({ code: 'RUN_EXISTS' });
    const record = await (await request(`/api/v1/projects/demo/runs/${uid}`, { token: reader })).json();
    expect(record).toMatchObject({ name: 'far', metrics: { loss: 3 } });
  });

  it('refuses an artifact that is not what its digest says, and archives that lead out of it', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const address = `/api/v1/projects/demo/artifacts/${digest}?directory=false`;
    const { pack } = await import('tar-stream');
    const send = async (name: string): Promise<unknown> => {
      const archive = pack();
      archive.entry({ name }, 'text');
      archive.finalize();
      const response = await request(address, {
        method: 'PUT',
        token: writer,
        body: archive as unknown as ReadableStream,
        headers: { 'content-type': 'application/x-tar' },
        duplex: 'half',
      } as RequestInit);
      return response.json();
    };
    // often: whether the answer is faster than the rest of the archive is a matter of luck
    for (let round = 0; round < 30; round++) {
      expect(await send('content.txt')).toMatchObject({ code: 'ARTIFACT_DAMAGED' });
      expect(await send('../../escaped.txt')).toMatchObject({ code: 'INVALID_ARCHIVE' });
    }
    expect(statSync(path.join(folder, 'escaped.txt'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('outlives clients that send half an archive, nonsense, or go away', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const address = `/api/v1/projects/demo/artifacts/${digest}?directory=false`;
    const { pack } = await import('tar-stream');
    const archive = pack();
    archive.entry({ name: 'content.txt' }, 'x'.repeat(4000));
    archive.finalize();
    const whole = await buffer(archive);
    const send = (body: Uint8Array, signal?: AbortSignal): Promise<Response> =>
      request(address, {
        method: 'PUT',
        token: writer,
        body: new Blob([body as Uint8Array<ArrayBuffer>]),
        headers: { 'content-type': 'application/x-tar' },
        ...(signal ? { signal } : {}),
      });
    expect(await (await send(whole.subarray(0, 2000))).json()).toMatchObject({ code: 'INVALID_ARCHIVE' });
    expect((await send(Buffer.from('this is no archive'.repeat(60)))).status).toBe(400);
    for (let round = 0; round < 20; round++) {
      const leave = new AbortController();
      const left = send(Buffer.alloc(4_000_000), leave.signal);
      setImmediate(() => leave.abort());
      await left.catch(() => undefined);
    }
    expect((await request('/health')).status).toBe(200);
  });

  it('makes a token that only its owner can read, once', async () => {
    const home = path.join(folder, 'fresh');
    const first = await startTrackingServer(home);
    await first.stop();
    const file = path.join(home, '.slipway/server-token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await startTrackingServer(home);
    await again.stop();
    expect(again.address.token).toBe(first.address.token);
    expect(readFileSync(file, 'utf8').trim()).toBe(first.address.token);
  });

  it('says that its port is taken', async () => {
    const port = new URL(server.address.url).port;
    const result = await createFolder().slipway(['server', '--port', port]);
    expect(result.code).toBe(5);
    expect(result.stderr).toContain(`127.0.0.1:${port}`);
  });

  it('passes a stop request on to whoever runs it, and output to whoever follows', async () => {
    const store = openHttpStore({
      server: { url: server.address.url, token: writer },
      project: 'demo',
      spoolDirectory: path.join(folder, 'spool'),
    });
    const uid = createUid();
    const run = store.createRun({
      uid,
      name: 'long',
      project: 'demo',
      runKind: 'run',
      params: {},
      inputs: {},
      labels: {},
    });
    run.append({ kind: 'state', state: 'running' });
    const { watchStopRequests } = await import('../../src/tracking/stop-request.ts');
    const asked = watchStopRequests(path.join(folder, 'spool'), 'demo', uid);
    await store.flush();
    await openLocalStore({ directory: server.storeDirectory, project: 'demo' }).requestStop(uid, 'enough');
    expect(await asked).toBe('enough');
    writeFileSync(run.logFile, 'last words\n');
    run.append({ kind: 'state', state: 'aborted' });
    run.close();
    let text = '';
    for await (const chunk of store.logs(uid, { follow: true })) text += Buffer.from(chunk).toString();
    expect(text).toBe('last words\n');
    await store.close();
  });
});
