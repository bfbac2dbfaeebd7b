import { messageOf } from '../../core/error.ts';
import { dataAccessDenied, dataNotFound, dataUnreachable, dataUnreadable } from '../errors.ts';

/** Whether the same request may succeed a moment later. */
export const isPassing = (status: number): boolean => [429, 502, 503, 504].includes(status);

/** Milliseconds to wait before trying again: what the server asks for, else 100, 200, 400 … with jitter. */
export function retryDelay(response: Response, attempt: number): number {
  const asked = response.headers.get('retry-after');
  if (asked !== null) {
    const seconds = /^\d+$/.test(asked) ? Number(asked) : (Date.parse(asked) - Date.now()) / 1000;
    if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  }
  return 100 * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
}

/** The error that an HTTP status means for somebody who wants to read data. */
export function explainStatus(response: Response, url: URL): Error {
  const answer = `"${url.href}" answered ${response.status}${response.statusText ? ` ${response.statusText}` : ''}`;
  const details = { url: url.href, status: response.status };
  if (response.status === 404 || response.status === 410)
    return dataNotFound(answer, { hint: 'check the URL', details });
  if (response.status === 401 || response.status === 403)
    return dataAccessDenied(answer, { hint: 'the server wants credentials that it was not given', details });
  if (response.status === 429 || response.status >= 500)
    return dataUnreachable(answer, {
      hint: 'the server fails or is busy: try again later',
      details,
      retryAfter: retryDelay(response, 4),
    });
  return dataUnreadable(answer, { hint: 'open the URL in a browser to see what the server says', details });
}

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  ENOTFOUND: ['its host name is not known', 'check the spelling of the host and the network connection'],
  EAI_AGAIN: ['its host name cannot be looked up at the moment', 'check the network connection'],
  ECONNREFUSED: ['nothing listens at this address', 'check that the server runs, and its port'],
  ECONNRESET: ['the connection broke', 'try again'],
  ETIMEDOUT: ['no answer came in time', 'check the network connection, or try again later'],
  UND_ERR_CONNECT_TIMEOUT: ['no connection came about in time', 'check the network connection and the port'],
  UND_ERR_HEADERS_TIMEOUT: ['no answer came in time', 'try again later'],
  UND_ERR_BODY_TIMEOUT: ['the answer stopped coming', 'try again later'],
  UND_ERR_SOCKET: ['the connection broke before the answer was complete', 'try again'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'tell the owner of the server'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', 'give its CA with NODE_EXTRA_CA_CERTS'],
};

/** The error that a failed request or a broken answer means. */
export function explainFetchError(error: unknown, url: URL): Error {
  const cause = (error as { cause?: { code?: string; message?: string; errors?: { code?: string }[] } })
    .cause;
  const code = cause?.code ?? cause?.errors?.[0]?.code ?? (error as { code?: string }).code ?? '';
  const [reason, hint] = reasons[code] ?? [
    cause?.message ?? messageOf(error),
    'check the URL and the network connection',
  ];
  return dataUnreachable(`"${url.href}" cannot be read: ${reason}`, {
    hint,
    details: { url: url.href, ...(code ? { code } : {}) },
    cause: error,
  });
}
