import type { Challenge } from './challenge.ts';
import type { Token } from './fetch-token.ts';

type BearerChallenge = Challenge & { readonly scheme: 'bearer' };

/** Tokens by what they allow; requests at the same time share one that is being fetched. */
export interface TokenShelf {
  take(challenge: BearerChallenge, scopes: readonly string[]): Promise<string>;
  /** Throws away a token that was refused, unless another has taken its place already. */
  discard(scopes: readonly string[], value: string): Promise<void>;
}

export function createTokenShelf(
  fetch: (challenge: BearerChallenge, scopes: readonly string[]) => Promise<Token>,
): TokenShelf {
  const tokens = new Map<string, Promise<Token>>();
  const keyOf = (scopes: readonly string[]): string => {
    const key = scopes.join(' ');
    // a token to push allows to pull
    const wider = key.replaceAll(/:pull(?= |$)/g, ':pull,push');
    return tokens.has(wider) ? wider : key;
  };
  return {
    take: async (challenge, scopes) => {
      const key = keyOf(scopes);
      const shelved = tokens.get(key);
      const known = await shelved;
      if (known !== undefined && known.expires > Date.now()) return known.value;
      const newer = tokens.get(key);
      if (newer !== undefined && newer !== shelved) return (await newer).value;
      const fetched = fetch(challenge, scopes);
      tokens.set(key, fetched);
      // a failure is not remembered; who waits for it hears of it
      fetched.catch(() => tokens.delete(key));
      return (await fetched).value;
    },
    discard: async (scopes, value) => {
      const key = keyOf(scopes);
      const shelved = tokens.get(key);
      if ((await shelved)?.value === value && tokens.get(key) === shelved) tokens.delete(key);
    },
  };
}
