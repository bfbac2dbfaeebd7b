import { type Authenticator, createAuthenticator } from './auth/authenticator.ts';
import { registryFailed, registryUnreachable } from './errors.ts';
import { findOrigin } from './find-origin.ts';
import { openConnections } from './http/connections.ts';
import {
  dropBody,
  exchange,
  type HttpRequest,
  type HttpResponse,
  type RequestBody,
  readBody,
} from './http/exchange.ts';
import { createPatience, isPassing, passingStatuses, retryAfterOf } from './http/retry.ts';
import { isLoopback } from './registry-address.ts';
import { answerFailure, networkFailure } from './registry-failure.ts';
import type { RegistryOptions } from './registry-options.ts';

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below `/v2/`, or the whole URL that the registry gave. */
  readonly target: string | URL;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** What the token must allow: `repository:team/name:pull`. */
  readonly scopes: readonly string[];
  /** Statuses that are answers; any other is thrown as an error. */
  readonly expect: readonly number[];
  /** The thing, as the subject of an error's sentence. */
  readonly subject: string;
}

/** An answer with its whole body. */
export interface ReadAnswer {
  readonly bytes: Buffer;
  readonly headers: HttpResponse['headers'];
}

/** Talks to one registry, logged in as far as it asks for it. */
export interface RegistryClient {
  readonly registry: string;
  readonly options: RegistryOptions;
  /** A request that may be repeated: failures that may pass are waited out. */
  request(request: RegistryRequest): Promise<HttpResponse>;
  /** The same with its whole body, of at most `limit` bytes. */
  read(request: RegistryRequest, limit: number): Promise<ReadAnswer>;
  /** A single attempt; throws Node's own errors, so that the caller can tell a cut from a refusal. */
  attempt(request: RegistryRequest): Promise<HttpResponse>;
  /** What an unexpected answer means. */
  failure(response: HttpResponse, request: RegistryRequest): Promise<Error>;
}

/** A client for a registry; it opens connections when they are needed and keeps them. */
export function openRegistry(registry: string, options: RegistryOptions): RegistryClient {
  const connections = openConnections(options);
  const send = async (request: HttpRequest): Promise<HttpResponse> =>
    exchange({ ...request, signal: options.signal }, await connections(request.url));
  const authenticator = createAuthenticator(registry, options, (request) =>
    sendPatiently(request, send, options),
  );
  let origin: Promise<URL> | undefined;
  const attempt = async (request: RegistryRequest): Promise<HttpResponse> => {
    origin ??= findOrigin(registry, options, { send, learn: (header) => authenticator.learn(header) });
    const base = await origin.catch((error: unknown) => {
      origin = undefined;
      throw error;
    });
    return askLoggedIn(request, { base, send, authenticator, options });
  };
  const failure = async (response: HttpResponse, { subject }: RegistryRequest): Promise<Error> => {
    const text = await readBody(response, 1 << 20).then(String, () => '');
    const retryAfter = response.headers['retry-after'];
    return answerFailure({ status: response.status, retryAfter, text }, { registry, subject });
  };
  const repeating = { registry, options, attempt, failure };
  return {
    ...repeating,
    request: (asked) => repeat(asked, repeating, async (response) => response),
    read: (asked, limit) =>
      repeat(asked, repeating, async (response) => ({
        bytes: await readBody(response, limit),
        headers: response.headers,
      })),
  };
}

async function repeat<T>(
  request: RegistryRequest,
  client: Pick<RegistryClient, 'registry' | 'options' | 'attempt' | 'failure'>,
  take: (response: HttpResponse) => Promise<T>,
): Promise<T> {
  const { registry, options } = client;
  const patience = createPatience(options.retry, options.signal);
  while (true) {
    let response: HttpResponse;
    try {
      response = await client.attempt(request);
      if (request.expect.includes(response.status)) return await take(response);
    } catch (error) {
      if (isPassing(error) && (await patience.again())) continue;
      throw networkFailure(error, { registry, subject: request.subject });
    }
    const failure = await client.failure(response, request);
    if (!passingStatuses.includes(response.status)) throw failure;
    if (!(await patience.again(retryAfterOf(response.headers['retry-after'])))) throw failure;
  }
}

/** For the token server: its failures that may pass are waited out, the last answer is the caller's to judge. */
async function sendPatiently(
  request: HttpRequest,
  send: (request: HttpRequest) => Promise<HttpResponse>,
  { retry, signal }: RegistryOptions,
): Promise<HttpResponse> {
  const registry = request.url.host;
  const patience = createPatience(retry, signal);
  while (true) {
    try {
      const response = await send(request);
      if (!passingStatuses.includes(response.status)) return response;
      if (!(await patience.again(retryAfterOf(response.headers['retry-after'])))) return response;
      await dropBody(response);
    } catch (error) {
      if (isPassing(error) && (await patience.again())) continue;
      throw networkFailure(error, { registry, subject: `the token server "${registry}"` });
    }
  }
}

interface Asking {
  readonly base: URL;
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  readonly authenticator: Authenticator;
  readonly options: RegistryOptions;
}

async function askLoggedIn(request: RegistryRequest, asking: Asking): Promise<HttpResponse> {
  const { method, body, scopes } = request;
  const { authenticator, send, base } = asking;
  const url = requestUrl(request, base);
  for (let attempt = 0; ; attempt++) {
    // where uploads go to another host, the credentials stay here
    const login: { readonly authorization?: string } =
      url.origin === base.origin ? await authenticator.headers(scopes) : {};
    const headers = { 'user-agent': 'slipway', accept: '*/*', ...request.headers, ...login };
    const response = await follow({ method, url, headers, body }, send, asking.options);
    if (response.status !== 401) return response;
    await dropBody(response);
    const sent = login.authorization;
    await authenticator.refused(response.headers['www-authenticate'], scopes, { attempt, sent });
  }
}

/** Registries send readers of blobs elsewhere, to object storage for instance, which must not see the credentials. */
async function follow(
  request: HttpRequest,
  send: Asking['send'],
  options: RegistryOptions,
): Promise<HttpResponse> {
  let current = request;
  for (let hops = 0; hops < 6; hops++) {
    const response = await send(current);
    const { location } = response.headers;
    const moved = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
    if (!moved || !['GET', 'HEAD'].includes(request.method)) return response;
    await dropBody(response);
    const url = new URL(location, current.url);
    if (url.protocol !== 'https:' && options.insecure !== true && !isLoopback(url.hostname))
      throw registryUnreachable(`"${current.url.host}" sends us to "${url.host}" over plain HTTP`, {
        hint: 'allow it with --insecure-registry if you trust the network in between',
      });
    const { authorization: _, ...others } = current.headers;
    current = { ...current, url, headers: url.origin === current.url.origin ? current.headers : others };
  }
  throw registryFailed(`"${request.url.host}" redirects in circles`);
}

function requestUrl({ target, query }: RegistryRequest, base: URL): URL {
  const url = new URL(typeof target === 'string' ? new URL(`v2/${target}`, base) : target);
  // a registry behind a proxy that ends TLS may not know that it is reached by https
  if (url.host === base.host) url.protocol = base.protocol;
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  return url;
}
