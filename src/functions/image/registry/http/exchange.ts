import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { registryFailed } from '../errors.ts';

/** A body that can be sent: bytes, or a stream of known size that is opened when its turn comes. */
export type RequestBody = Uint8Array | { readonly size: number; readonly open: () => Readable };

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  /** What was asked last, redirects followed. */
  readonly url: URL;
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Must be read or destroyed, or the connection stays taken. */
  readonly body: http.IncomingMessage;
}

export interface Connection {
  readonly agent: http.Agent;
  /** A proxy that plain HTTP goes through. */
  readonly forward?: { readonly proxy: URL; readonly headers: Readonly<Record<string, string>> } | undefined;
  /** Milliseconds without a byte after which the exchange fails with `ETIMEDOUT`. */
  readonly idleTimeout: number;
}

/** One request and the head of its response, over a kept connection. Fails with Node's own errors. */
export function exchange(request: HttpRequest, connection: Connection): Promise<HttpResponse> {
  const { method, url, signal, body } = request;
  const { forward, agent, idleTimeout } = connection;
  const headers = { ...request.headers, ...forward?.headers, ...lengthOf(request) };
  const options: http.RequestOptions = { method, headers, agent, ...(signal ? { signal } : {}) };
  const target = forward
    ? { ...options, host: forward.proxy.hostname, port: forward.proxy.port || 80, path: url.href }
    : { ...options, host: bare(url.hostname), port: url.port || undefined, path: url.pathname + url.search };
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? https : http).request(
      forward ? { ...target, headers: { ...headers, host: url.host } } : target,
    );
    sent.setTimeout(idleTimeout, () => sent.destroy(timeoutError(url, idleTimeout)));
    sent.on('error', reject);
    sent.once('response', (response) => {
      // whoever reads the body meets its failure; nobody else need die of it
      response.on('error', () => undefined);
      resolve({ url, status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    if (body === undefined || body instanceof Uint8Array) sent.end(body);
    // a registry may answer before it has read everything; then the answer counts, not the broken pipe
    else pipeline(body.open(), sent).catch((error: unknown) => reject(error));
  });
}

function lengthOf({ method, body }: HttpRequest): Readonly<Record<string, string>> {
  if (body !== undefined)
    return { 'content-length': String(body instanceof Uint8Array ? body.length : body.size) };
  return method === 'POST' || method === 'PUT' || method === 'PATCH' ? { 'content-length': '0' } : {};
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function timeoutError(url: URL, milliseconds: number): Error {
  return Object.assign(new Error(`no byte from ${url.host} for ${milliseconds} ms`), { code: 'ETIMEDOUT' });
}

/** The whole body as bytes; more than `limit` of them is an error, so that no answer can fill the memory. */
export async function readBody({ body, url }: HttpResponse, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit)
      throw registryFailed(`the answer of "${url.host}" is larger than ${limit} bytes`, {
        hint: 'check that the server is a container registry',
      });
  }
  return Buffer.concat(chunks);
}

/** Reads a body to its end for the sake of the connection. */
export async function dropBody({ body }: HttpResponse): Promise<void> {
  body.resume();
  if (body.complete || body.destroyed) return;
  await new Promise<void>((resolve) => {
    body.once('end', resolve);
    body.once('close', resolve);
  });
}

/** Where an answer points to; relative ones start from what was asked. */
export function locationOf({ headers, url }: HttpResponse): URL {
  return new URL(headers.location ?? '', url);
}
