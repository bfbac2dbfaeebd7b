import { registryFailed, registryForbidden, registryUnauthorized } from '../errors.ts';
import { dropBody, type HttpRequest, type HttpResponse, readBody } from '../http/exchange.ts';
import { isLoopback } from '../registry-address.ts';
import type { Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';

export interface Token {
  readonly value: string;
  /** Milliseconds since 1970 after which another is fetched. */
  readonly expires: number;
}

export interface TokenRequest {
  readonly registry: string;
  readonly challenge: Challenge & { readonly scheme: 'bearer' };
  /** `repository:team/name:pull,push` */
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  readonly insecure: boolean;
}

/**
 * Fetches a token from the server that the registry points to.
 * @throws REGISTRY_UNAUTHORIZED, REGISTRY_FAILED
 */
export async function fetchToken(
  request: TokenRequest,
  send: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<Token> {
  const { registry, challenge, credentials } = request;
  const url = realmUrl(request);
  const response = await send(
    credentials?.kind === 'identity'
      ? refreshRequest(url, request, credentials.token)
      : plainRequest(url, request),
  );
  if (response.status === 401 || response.status === 403 || response.status === 400) {
    await dropBody(response);
    throw unauthorized(registry, credentials);
  }
  const { token, access_token, expires_in } = (await readToken(response)) ?? {};
  const value = token ?? access_token;
  if (response.status !== 200 || value === undefined)
    throw registryFailed(
      `the token server "${new URL(challenge.realm).host}" of "${registry}" answered ${response.status} without a token`,
      { hint: 'try again later; if it stays so, tell those who run the registry' },
    );
  // half of its life, so that no request goes out with a token that dies on the way
  return { value, expires: Date.now() + ((expires_in ?? 60) * 1000) / 2 };
}

/** The registry wants credentials and has none, or refuses those it got. */
export function unauthorized(registry: string, credentials: Credentials | undefined): Error {
  if (credentials === undefined)
    return registryUnauthorized(`the registry "${registry}" wants credentials, and there are none for it`, {
      hint: `run "docker login ${registry}", or set SLIPWAY_REGISTRY=${registry}, SLIPWAY_REGISTRY_USER and SLIPWAY_REGISTRY_PASSWORD`,
    });
  return registryUnauthorized(
    `the registry "${registry}" refuses the credentials from ${credentials.source}`,
    { hint: `they may be mistyped or expired: run "docker login ${registry}" again` },
  );
}

/** The token server gave a token for less than was asked for. */
export function outOfScope(registry: string, scopes: readonly string[], { source }: Credentials): Error {
  return registryForbidden(
    `the registry "${registry}" does not permit "${scopes.join(' ')}" to the credentials from ${source}`,
    {
      hint: 'ask for the permission to read (and, for a push, write) this repository, or log in as another user',
    },
  );
}

function realmUrl({ registry, challenge, insecure, credentials }: TokenRequest): URL {
  const url = URL.canParse(challenge.realm) ? new URL(challenge.realm) : null;
  const named = `the registry "${registry}" names "${challenge.realm}" as its token server`;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw registryFailed(`${named}, which is no URL`, { hint: 'tell those who run the registry' });
  if (url.protocol === 'http:' && credentials && !insecure && !isLoopback(url.hostname))
    throw registryFailed(`${named}: credentials are not sent over plain HTTP`, {
      hint: 'allow it with --insecure-registry if you trust the network in between',
    });
  return url;
}

function plainRequest(url: URL, { challenge, scopes, credentials }: TokenRequest): HttpRequest {
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials?.kind !== 'password') return { method: 'GET', url, headers: {} };
  url.searchParams.set('account', credentials.user);
  return { method: 'GET', url, headers: { authorization: basic(credentials.user, credentials.password) } };
}

function refreshRequest(url: URL, { challenge, scopes }: TokenRequest, token: string): HttpRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    service: challenge.service ?? '',
    client_id: 'slipway',
    scope: scopes.join(' '),
    refresh_token: token,
  });
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  };
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

interface TokenAnswer {
  readonly token?: string;
  readonly access_token?: string;
  readonly expires_in?: number;
}

async function readToken(response: HttpResponse): Promise<TokenAnswer | undefined> {
  const text = (await readBody(response, 1 << 20)).toString('utf8');
  try {
    return (JSON.parse(text) as TokenAnswer | null) ?? undefined;
  } catch {
    return undefined;
  }
}
