import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type AccessToken, parseTokens } from './access-token.ts';
import { invalidTokens } from './errors.ts';

/**
 * The tokens of a file. A missing one is written, with one token that may do everything, readable by its owner alone.
 * @throws INVALID_TOKENS
 */
export function openTokenFile(file: string): {
  readonly tokens: readonly AccessToken[];
  readonly isNew: boolean;
} {
  const isNew = !existsSync(file);
  if (isNew) writeToken(file);
  try {
    return { tokens: parseTokens(readFileSync(file, 'utf8'), file), isNew };
  } catch (cause) {
    if (invalidTokens.is(cause)) throw cause;
    throw invalidTokens(`the file of tokens, "${file}", cannot be read`, {
      hint: 'give another one with --token-file',
      cause,
    });
  }
}

function writeToken(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
}
