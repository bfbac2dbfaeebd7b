import { createHash, timingSafeEqual } from 'node:crypto';
import { invalidTokens, tokenMissing, tokenScope } from './errors.ts';

/** Who may do what. */
export interface AccessToken {
  readonly token: string;
  /** `write` includes `read`. */
  readonly access: 'read' | 'write';
  /** The one project that it is for. @default every project */
  readonly project?: string;
}

/** Least characters of a token: fewer can be guessed. */
const leastLength = 16;

/**
 * Reads a file of tokens: one a line, followed by `read` or `write` (the default) and `project=name` where it is for one only;
 * lines that begin with `#` are comments.
 * @throws INVALID_TOKENS naming the line, never the token
 */
export function parseTokens(text: string, file: string): readonly AccessToken[] {
  const tokens = text.split(/\r?\n/).flatMap((line, index) => {
    const words = line.trim().split(/\s+/).filter(Boolean);
    const [token, ...scopes] = words;
    if (token === undefined || token.startsWith('#')) return [];
    return [parseToken(token, scopes, `line ${index + 1} of "${file}"`)];
  });
  if (tokens.length > 0) return tokens;
  throw invalidTokens(`"${file}" holds no token`, {
    hint: `write one a line, ${leastLength} characters or more`,
  });
}

function parseToken(token: string, scopes: readonly string[], where: string): AccessToken {
  if (token.length < leastLength)
    throw invalidTokens(`the token in ${where} is too short`, {
      hint: `take ${leastLength} characters or more, e.g. of \`openssl rand -hex 24\``,
    });
  let access: AccessToken['access'] = 'write';
  let project: string | undefined;
  for (const scope of scopes) {
    if (scope === 'read' || scope === 'write') access = scope;
    else if (/^project=./.test(scope)) project = scope.slice('project='.length);
    else
      throw invalidTokens(`"${scope}" in ${where} is no scope`, {
        hint: 'after the token may stand: read, write, project=name',
      });
  }
  return { token, access, ...(project === undefined ? {} : { project }) };
}

/**
 * The token that a request carries.
 * @param header the Authorization header
 * @throws TOKEN_MISSING, the same for none and for a wrong one
 */
export function findToken(tokens: readonly AccessToken[], header: string | undefined): AccessToken {
  const given = /^Bearer (\S+)$/i.exec(header ?? '')?.[1];
  // every token is compared, in constant time: how long an answer takes tells nothing
  const asked = given === undefined ? undefined : digestOf(given);
  const found = tokens.filter(
    ({ token }) => asked !== undefined && timingSafeEqual(knownDigest(token), asked),
  );
  if (found[0]) return found[0];
  throw tokenMissing(given === undefined ? 'the request carries no token' : 'the token is not known here', {
    hint: 'set SLIPWAY_TRACKING_TOKEN, or SLIPWAY_TRACKING_TOKEN_FILE to the file that holds it',
  });
}

/** @throws TOKEN_SCOPE */
export function requireScope(
  token: AccessToken,
  asked: { readonly access: AccessToken['access']; readonly project?: string },
): void {
  if (asked.access === 'write' && token.access === 'read')
    throw tokenScope('the token only allows reading', { hint: 'use one that may write' });
  if (token.project !== undefined && asked.project !== token.project)
    throw tokenScope(
      asked.project === undefined
        ? `the token is for project "${token.project}" only`
        : `the token is not for project "${asked.project}"`,
      { hint: `it is for "${token.project}"` },
    );
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

const digests = new Map<string, Buffer>();

/** Tokens of a server stay the same while it runs: each is digested once. */
function knownDigest(token: string): Buffer {
  const known = digests.get(token) ?? digestOf(token);
  digests.set(token, known);
  return known;
}
