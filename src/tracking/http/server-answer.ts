import { type ErrorRecord, reviveError } from '../../core/error.ts';
import { serverRefused, serverUnreachable } from '../errors.ts';

/** The error that an answer stands for. */
export function answerError(status: number, text: string, url: string): Error {
  const record = parseRecord(text);
  if (status === 401)
    return serverRefused(`the tracking server at "${url}" does not accept the token`, {
      hint: 'set SLIPWAY_TRACKING_TOKEN, or SLIPWAY_TRACKING_TOKEN_FILE to the file that holds it',
    });
  // a server whose database is away is as good as away itself: what is written here waits for both
  if (record?.kind === 'unavailable')
    return serverUnreachable(`the tracking server at "${url}" cannot answer now: ${record.message}`, {
      hint: record.hint,
      details: record.details,
    });
  if (record) return reviveError(record);
  return serverUnreachable(`"${url}" answers with status ${status}, not as a tracking server does`, {
    hint: 'check SLIPWAY_TRACKING_URL; a proxy in between may be in the way',
  });
}

/** The error of a request that got no answer. */
export function unreachableError(url: string, cause: unknown): Error {
  return serverUnreachable(`the tracking server at "${url}" cannot be reached: ${reasonOf(cause)}`, {
    hint: 'start it with `slipway server`, or check SLIPWAY_TRACKING_URL and the network',
    cause,
  });
}

function parseRecord(text: string): ErrorRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const shaped = typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
    return shaped ? (value as ErrorRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** fetch says only "fetch failed"; what happened is in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
