import type { HttpRequest, HttpResponse } from '../http/exchange.ts';
import type { RegistryOptions } from '../registry-options.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import { type Credentials, findCredentials } from './credentials.ts';
import { basic, fetchToken, outOfScope, unauthorized } from './fetch-token.ts';
import { createTokenShelf } from './token-shelf.ts';

/** Knows how one registry wants to be asked. */
export interface Authenticator {
  /** The Authorization header for these scopes, as far as the registry has asked for one. */
  headers(scopes: readonly string[]): Promise<{ readonly authorization?: string }>;
  /**
   * Takes in that the registry answered 401, for the first time (`attempt` 0) or again.
   * @throws REGISTRY_UNAUTHORIZED, REGISTRY_FORBIDDEN where asking again cannot help
   */
  refused(
    header: string | undefined,
    scopes: readonly string[],
    refusal: { readonly attempt: number; readonly sent?: string | undefined },
  ): Promise<void>;
  /** Learns from an answer that was expected to be 401. */
  learn(header: string | undefined): void;
}

type Send = (request: HttpRequest) => Promise<HttpResponse>;

export function createAuthenticator(registry: string, options: RegistryOptions, send: Send): Authenticator {
  let challenge: Challenge | undefined;
  let found: Promise<Credentials | undefined> | undefined;
  const credentials = (): Promise<Credentials | undefined> => {
    found ??= findCredentials(registry, options.env ?? process.env);
    return found;
  };
  const tokens = createTokenShelf(async (bearer, scopes) =>
    fetchToken(
      {
        registry,
        challenge: bearer,
        scopes,
        credentials: await credentials(),
        insecure: options.insecure === true,
      },
      send,
    ),
  );
  return {
    learn: (header) => {
      challenge = parseChallenge(header) ?? challenge;
    },
    headers: async (scopes) => {
      if (challenge === undefined) return {};
      const login = await credentials();
      if (login?.kind === 'bearer') return { authorization: `Bearer ${login.token}` };
      if (challenge.scheme === 'bearer')
        return { authorization: `Bearer ${await tokens.take(challenge, scopes)}` };
      return login?.kind === 'password' ? { authorization: basic(login.user, login.password) } : {};
    },
    refused: async (header, scopes, { attempt, sent }) => {
      challenge = parseChallenge(header) ?? challenge;
      if (sent !== undefined) await tokens.discard(scopes, sent.replace('Bearer ', ''));
      const login = await credentials();
      // a first 401 asks, or a token has died meanwhile; a second one refuses
      const answerable = challenge?.scheme === 'bearer' || login?.kind === 'password';
      if (challenge !== undefined && answerable && attempt === 0) return;
      if (login !== undefined && /insufficient_scope/.test(header ?? ''))
        throw outOfScope(registry, scopes, login);
      throw unauthorized(registry, login);
    },
  };
}
