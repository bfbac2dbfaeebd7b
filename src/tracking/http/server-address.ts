import { readFileSync } from 'node:fs';
import { invalidServerAddress } from '../errors.ts';

/** Where a tracking server is and what opens it. */
export interface ServerAddress {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly token?: string;
  /** File that says, once it is not empty, which address counts in place of `url`: servers that are opened again may move. */
  readonly urlFile?: string;
}

/** Which server a project's runs go to, as a file of settings says it. */
export interface TrackingSettings {
  readonly url?: string;
  /** File that holds the token; absolute. */
  readonly tokenFile?: string;
}

/** Says, in place of an address, that there is to be no server. */
export const noServer = 'none';

/**
 * The tracking server that counts: of `SLIPWAY_TRACKING_URL`, then the settings in their order, the first that names one; its token
 * is in `SLIPWAY_TRACKING_TOKEN`, or in the file that `SLIPWAY_TRACKING_TOKEN_FILE` or the settings name. Undefined where none is
 * named, or `none`.
 * @throws INVALID_SERVER_ADDRESS
 */
export function findServer(
  env: Readonly<Record<string, string | undefined>>,
  settings: readonly TrackingSettings[] = [],
): ServerAddress | undefined {
  const {
    SLIPWAY_TRACKING_URL: given,
    SLIPWAY_TRACKING_TOKEN: token,
    SLIPWAY_TRACKING_TOKEN_FILE: file,
    SLIPWAY_TRACKING_URL_FILE: urlFile,
  } = env;
  const url = given || settings.find((one) => one.url !== undefined)?.url;
  if (!url || url === noServer) return undefined;
  const tokenFile = file || settings.find((one) => one.tokenFile !== undefined)?.tokenFile;
  const found = token || (tokenFile === undefined ? undefined : readToken(tokenFile));
  return { url: parseServerUrl(url), ...(found ? { token: found } : {}), ...(urlFile ? { urlFile } : {}) };
}

/** The address that counts now. */
export function currentUrl({ url, urlFile }: ServerAddress): string {
  if (urlFile === undefined) return url;
  try {
    return parseServerUrl(readFileSync(urlFile, 'utf8').trim());
  } catch {
    // nothing is told yet, or nothing that is an address
    return url;
  }
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
