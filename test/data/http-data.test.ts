import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/core/digest.ts';
import { registerDataStore } from '../../src/data/data-store.ts';
import { digestOf } from '../../src/data/digest-of.ts';
import { openDataItem } from '../../src/data/open-data-item.ts';
import { createHttpStore } from '../../src/data/stores/http-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const cacheDirectory = temporaryFolder();
const answers = new Map<string, Answer>();
const requests: { method: string; path: string; headers: IncomingMessage['headers'] }[] = [];
let server: Server;
let base: string;

beforeAll(async () => {
  registerDataStore(createHttpStore({ cacheDirectory }));
  server = createServer((request, response) => {
    const url = request.url ?? '';
    requests.push({ method: request.method ?? '', path: url, headers: request.headers });
    const answer = answers.get(url.split('?')[0] ?? '');
    if (answer) answer(request, response);
    else response.writeHead(404).end('no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  answers.clear();
  requests.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const serve = (where: string, body: string | Buffer, headers: Record<string, string> = {}): void => {
  answers.set(where, (_request, response) => {
    response.writeHead(200, { 'content-length': String(Buffer.byteLength(body)), ...headers }).end(body);
  });
};

describe('data behind http', () => {
  it('is fetched once per item: table, digest and local file are of the same bytes', async () => {
    serve('/data/x.csv', 'a,b\n1,x\n');
    const item = openDataItem(`${base}/data/x.csv?version=2`);
    expect(item.name).toBe('x.csv');
    expect((await item.table()).rows()).toEqual([{ a: 1, b: 'x' }]);
    expect(await digestOf(item)).toEqual({ digest: digestBytes('a,b\n1,x\n'), size: 8 });
    expect(readFileSync(await item.local(), 'utf8')).toBe(await item.text());
    expect(requests).toHaveLength(1);
  });

  it('is checked by ETag, and fetched again only when it has changed', async () => {
    let body = 'a\n1\n';
    answers.set('/etag.csv', (request, response) => {
      const etag = `"${body.length}-${body.charCodeAt(2)}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end(body);
    });
    const first = await openDataItem(`${base}/etag.csv`).local();
    expect(await openDataItem(`${base}/etag.csv`).local()).toBe(first);
    body = 'a\n2\n';
    const second = await openDataItem(`${base}/etag.csv`).local();
    expect([readFileSync(first, 'utf8'), readFileSync(second, 'utf8')]).toEqual(['a\n1\n', 'a\n2\n']);
  });

  it('follows redirects and tells the format by the content type where the name is silent', async () => {
    serve('/final', 'a\n1\n', { 'content-type': 'text/csv; charset=utf-8' });
    answers.set('/start', (_request, response) => {
      response.writeHead(302, { location: '/final' }).end();
    });
    expect((await openDataItem(`${base}/start`).table()).rows()).toEqual([{ a: 1 }]);
  });

  it('takes .gz as it is, or unpacked by the server on the way', async () => {
    serve('/x.csv.gz', gzipSync('a\n1\n'));
    serve('/y.csv.gz', gzipSync('a\n2\n'), { 'content-encoding': 'gzip' });
    expect((await openDataItem(`${base}/x.csv.gz`).table()).rows()).toEqual([{ a: 1 }]);
    expect((await openDataItem(`${base}/y.csv.gz`).table()).rows()).toEqual([{ a: 2 }]);
  });

  it('reads a range, also from servers that know none', async () => {
    serve('/whole.txt', '0123456789');
    answers.set('/ranged.txt', (request, response) => {
      const [, start = 0, end = 9] = /bytes=(\d+)-(\d+)?/.exec(request.headers.range ?? '') ?? [];
      const part = '0123456789'.slice(Number(start), Number(end) + 1);
      response.writeHead(206, { 'content-range': `bytes ${start}-${end}/10` }).end(part);
    });
    for (const name of ['whole', 'ranged']) {
      const item = openDataItem(`${base}/${name}.txt`);
      expect(Buffer.from(await item.get({ offset: 3, length: 4 })).toString(), name).toBe('3456');
    }
    expect(await openDataItem(`${base}/ranged.txt`).stat()).toMatchObject({ size: 10, isDirectory: false });
  });

  it('tries again when the server is busy for a moment', async () => {
    let calls = 0;
    answers.set('/busy.txt', (_request, response) => {
      calls += 1;
      if (calls < 3) response.writeHead(503, { 'retry-after': '0' }).end();
      else response.end('here');
    });
    expect(await openDataItem(`${base}/busy.txt`).text()).toBe('here');
  });

  it.each([
    [404, 'DATA_NOT_FOUND', 'not-found'],
    [410, 'DATA_NOT_FOUND', 'not-found'],
    [403, 'DATA_ACCESS_DENIED', 'auth'],
    [500, 'DATA_UNREACHABLE', 'unavailable'],
    [400, 'DATA_UNREADABLE', 'failed'],
  ])('says what status %i means', async (status, code, kind) => {
    answers.set('/status', (_request, response) => {
      response.writeHead(status).end('<html>secret page</html>');
    });
    await expect(openDataItem(`${base}/status`).get()).rejects.toMatchObject({
      code,
      kind,
      message: expect.stringContaining(`"${base}/status" answered ${status}`),
      hint: expect.any(String),
    });
  });

  it('keeps nothing of an answer that breaks off', async () => {
    answers.set('/cut.csv', (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('a\n1\n', () => response.destroy());
    });
    await expect(openDataItem(`${base}/cut.csv`).local()).rejects.toMatchObject({
      code: 'DATA_UNREACHABLE',
      message: expect.stringContaining('cut.csv'),
    });
    const files = readdirSync(cacheDirectory, { recursive: true }) as string[];
    expect(files.filter((name) => name.endsWith('.part'))).toEqual([]);
    serve('/cut.csv', 'a\n1\n');
    expect((await openDataItem(`${base}/cut.csv`).table()).rowCount).toBe(1);
  });

  it('says when nothing listens or the host is unknown', async () => {
    const idle = createServer();
    await new Promise<void>((resolve) => idle.listen(0, '127.0.0.1', resolve));
    const { port } = idle.address() as AddressInfo;
    await new Promise((resolve) => idle.close(resolve));
    await expect(openDataItem(`http://127.0.0.1:${port}/x`).get()).rejects.toMatchObject({
      code: 'DATA_UNREACHABLE',
      message: expect.stringContaining('nothing listens'),
    });
    await expect(openDataItem('http://does-not-exist.invalid/x.csv').table()).rejects.toMatchObject({
      code: 'DATA_UNREACHABLE',
      hint: expect.any(String),
    });
  });

  it('cannot be written', async () => {
    await expect(openDataItem(`${base}/x`).put('y')).rejects.toMatchObject({ code: 'DATA_READ_ONLY' });
    expect(path.isAbsolute(cacheDirectory)).toBe(true);
  });
});
