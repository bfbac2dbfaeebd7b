import { setTimeout as wait } from 'node:timers/promises';
import type { DataStat, DataStore } from '../data-item.ts';
import { dataUnreadable } from '../errors.ts';
import { downloadCached, httpCacheDirectory } from './http-cache.ts';
import { explainFetchError, explainStatus, isPassing, retryDelay } from './http-error.ts';

export interface HttpStoreOptions {
  /** Folder of the downloads. @default ~/.cache/slipway/http */
  readonly cacheDirectory?: string;
  /** Requests before a server that answers 429, 502, 503 or 504 is given up. @default 3 */
  readonly attempts?: number;
}

/** Files behind `http:` and `https:` URLs; read only. Redirects are followed; downloads are kept and checked by ETag. */
export function createHttpStore(options: HttpStoreOptions = {}): DataStore {
  const request = (url: URL, init: RequestInit): Promise<Response> => send(url, init, options.attempts ?? 3);
  return {
    schemes: ['http', 'https'],
    writable: false,
    stat: (url) => stat(request, url),
    read: (url, range) => read(request, url, range),
    stream: async (url) => body(await request(url, {}), url),
    download: (url) =>
      downloadCached(
        url,
        options.cacheDirectory ?? httpCacheDirectory(),
        (headers) => request(url, { headers }),
        body,
      ),
  };
}

type Request = (url: URL, init: RequestInit) => Promise<Response>;

async function send(url: URL, init: RequestInit, attempts: number): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, { redirect: 'follow', ...init }).catch((error: unknown) => {
      throw explainFetchError(error, url);
    });
    if (response.ok || response.status === 304 || response.status === 416) return response;
    await response.body?.cancel();
    if (!isPassing(response.status) || attempt >= attempts) throw explainStatus(response, url);
    const delay = retryDelay(response, attempt);
    if (delay > 5000) throw explainStatus(response, url);
    await wait(delay);
  }
}

async function stat(request: Request, url: URL): Promise<DataStat> {
  const response = await headOrFirstByte(request, url);
  await response.body?.cancel();
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  const length = range ?? response.headers.get('content-length');
  const modified = Date.parse(response.headers.get('last-modified') ?? '');
  const contentType = response.headers.get('content-type');
  if (length === null)
    throw dataUnreadable(`the server does not tell the size of "${url.href}"`, {
      hint: 'fetch it with local() or get() instead',
    });
  return {
    size: Number(length),
    isDirectory: false,
    ...(Number.isNaN(modified) ? {} : { modifiedAt: new Date(modified).toISOString() }),
    ...(contentType === null ? {} : { contentType }),
  };
}

/** Many servers refuse HEAD, or answer it without a size; a GET of one byte tells it too. */
async function headOrFirstByte(request: Request, url: URL): Promise<Response> {
  const identity = { 'accept-encoding': 'identity' };
  const head = await request(url, { method: 'HEAD', headers: identity }).catch(() => undefined);
  if (head?.headers.get('content-length')) return head;
  return await request(url, { headers: { ...identity, range: 'bytes=0-0' } });
}

async function read(
  request: Request,
  url: URL,
  range?: { offset?: number; length?: number },
): Promise<Uint8Array> {
  if (range === undefined) return await collect(body(await request(url, {}), url));
  const offset = range.offset ?? 0;
  const end = range.length === undefined ? undefined : offset + range.length;
  if (end !== undefined && end <= offset) return new Uint8Array();
  const response = await request(url, {
    headers: { range: `bytes=${offset}-${end === undefined ? '' : end - 1}`, 'accept-encoding': 'identity' },
  });
  if (response.status === 416) {
    await response.body?.cancel();
    return new Uint8Array();
  }
  if (response.status === 206) return await collect(body(response, url));
  return await collect(slice(body(response, url), offset, end));
}

/** The part of a whole answer, for servers that know no ranges; stops reading at its end. */
async function* slice(
  chunks: AsyncIterable<Uint8Array>,
  start: number,
  end = Number.POSITIVE_INFINITY,
): AsyncIterable<Uint8Array> {
  let at = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
    if (part.length) yield part;
    at += chunk.length;
    if (at >= end) return;
  }
}

async function* body(response: Response, url: URL): AsyncIterable<Uint8Array> {
  try {
    if (response.body) for await (const chunk of response.body) yield chunk as Uint8Array;
  } catch (error) {
    throw explainFetchError(error, url);
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
