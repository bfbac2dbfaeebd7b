import { type ErrorKind, type ErrorRecord, errorRecord, isSlipwayError } from '../core/error.ts';
import { invalidQuery, tokenMissing } from './errors.ts';

const statuses: Readonly<Record<ErrorKind, number>> = {
  usage: 400,
  'not-found': 404,
  auth: 403,
  conflict: 409,
  timeout: 504,
  cancelled: 499,
  unavailable: 503,
  'user-code': 422,
  failed: 500,
  internal: 500,
};

/** What a client is told of an error: everything of an expected one, next to nothing of one of ours. */
export function errorReply(error: unknown): {
  readonly status: number;
  readonly body: ErrorRecord;
  /** Seconds after which to ask again. */
  readonly retryAfter?: number;
} {
  if (isSlipwayError(error))
    return {
      status: error.code === tokenMissing.code ? 401 : statuses[error.kind],
      body: errorRecord(error),
      ...(error.retryAfter === undefined ? {} : { retryAfter: Math.ceil(error.retryAfter / 1000) }),
    };
  const { statusCode, message } = error as { statusCode?: number; message: string };
  if (statusCode !== undefined && statusCode < 500)
    return { status: statusCode, body: errorRecord(invalidQuery(message)) };
  return {
    status: 500,
    body: { code: 'INTERNAL', kind: 'internal', message: 'the server failed; its log says why' },
  };
}
