import { readFileSync } from 'node:fs';
import { invalidServerAddress } from '../errors.ts';

/** Where a tracking server is and what opens it. */
export interface ServerAddress {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly token?: string;
}

/**
 * The tracking server that the environment names: `SLIPWAY_TRACKING_URL`, and `SLIPWAY_TRACKING_TOKEN` or, better,
 * `SLIPWAY_TRACKING_TOKEN_FILE`. Undefined where none is named.
 * @throws INVALID_SERVER_ADDRESS
 */
export function serverFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): ServerAddress | undefined {
  const { SLIPWAY_TRACKING_URL: url, SLIPWAY_TRACKING_TOKEN: token, SLIPWAY_TRACKING_TOKEN_FILE: file } = env;
  if (!url) return undefined;
  const found = token || (file ? readToken(file) : undefined);
  return { url: parseServerUrl(url), ...(found ? { token: found } : {}) };
}

/** @throws INVALID_SERVER_ADDRESS */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '')
    return url.href.replace(/\/+$/, '');
  throw invalidServerAddress(
    // credentials in it would be shown
    url?.password
      ? 'the address of the tracking server holds a password'
      : `"${text}" is no address of a server`,
    { hint: 'write http://host:port or https://host; the token goes into SLIPWAY_TRACKING_TOKEN_FILE' },
  );
}

function readToken(file: string): string {
  try {
    // the server's own file of tokens may be given: the first word counts
    return readFileSync(file, 'utf8').trim().split(/\s+/)[0] ?? '';
  } catch (cause) {
    throw invalidServerAddress(`the file of the token, "${file}", cannot be read`, {
      hint: 'set SLIPWAY_TRACKING_TOKEN_FILE to the file that `slipway server` names at its start',
      cause,
    });
  }
}
