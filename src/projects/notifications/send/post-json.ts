import type { Redactor } from '../../../runtime/redactor.ts';
import { notificationRefused, notificationUndelivered } from '../errors.ts';
import { isLoopback } from '../loopback.ts';
import type { SendResult } from './send-result.ts';

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Allow http to other machines. */
  readonly insecure: boolean;
  readonly timeoutMs: number;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
}

const mostRedirects = 3;
/** Longest that is waited because the receiver asks for it. */
const longestWaitMs = 3_600_000;

/** Posts JSON once. Of the address only the host is ever shown: the rest may be a secret. */
export async function postJson(request: PostRequest): Promise<SendResult> {
  if (!URL.canParse(request.url)) return refused('the address in the secret cannot be read');
  let url = new URL(request.url);
  for (let redirects = 0; ; redirects++) {
    const problem = checkAddress(url, request.insecure);
    if (problem !== undefined) return refused(`"${url.host}" ${problem}`);
    const response = await post(url, request).catch((error: unknown) => failure(url, request, error));
    if (!(response instanceof Response)) return response;
    const next = redirectOf(response, url);
    if (next === undefined) return resultOf(response, url, request.redactor);
    await response.body?.cancel();
    if (next.host !== url.host || next.protocol !== url.protocol)
      return refused(`"${url.host}" sends to another place ("${next.host}"), where nothing is sent to`);
    if (redirects === mostRedirects) return refused(`"${url.host}" redirects without end`);
    url = next;
  }
}

function post(url: URL, { headers, body, timeoutMs, signal }: PostRequest): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
}

function checkAddress({ protocol, hostname }: URL, insecure: boolean): string | undefined {
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return `is not reached by http (${protocol})`;
  return insecure || isLoopback(hostname) ? undefined : 'would get it unencrypted; write https://…';
}

/** Where the answer sends a POST that stays one; other redirects would lose what is sent, and count as answers. */
function redirectOf({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get('location');
  if ((status !== 307 && status !== 308) || location === null) return undefined;
  return URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

async function resultOf(response: Response, { host }: URL, redactor: Redactor): Promise<SendResult> {
  const text = await response.text().catch(() => '');
  if (response.ok) return { sent: true };
  const { status } = response;
  const said = redactor.text(text.trim().slice(0, 200).replace(/\s+/g, ' '));
  const message = `"${host}" answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status < 500 && status !== 429 && status !== 408) return refused(message);
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  return {
    sent: false,
    retry: true,
    error: notificationUndelivered(message, { hint: laterHint }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Seconds, or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(longestWaitMs, Math.max(0, ms)) : undefined;
}

function failure({ host }: URL, { redactor, timeoutMs, signal }: PostRequest, error: unknown): SendResult {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const { code = '' } = cause ?? {};
  const timedOut = (error as { name?: string }).name === 'TimeoutError' && !signal.aborted;
  const why = timedOut
    ? `no answer within ${timeoutMs / 1000} s`
    : (cause?.message ?? (error as Error).message);
  const message = redactor.text(`"${host}" cannot be reached: ${why}${code === '' ? '' : ` (${code})`}`);
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL)/.test(code)) return refused(message);
  return { sent: false, retry: true, error: notificationUndelivered(message, { hint: laterHint }) };
}

const laterHint = 'it is tried again; `slipway notify retry` does so now';

function refused(message: string): SendResult {
  const hint = 'correct the notification, then `slipway notify retry`';
  return { sent: false, retry: false, error: notificationRefused(message, { hint }) };
}
