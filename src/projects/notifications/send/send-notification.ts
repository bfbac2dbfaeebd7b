import { parseDuration } from '../../../core/duration.ts';
import { errorRecord, isSlipwayError } from '../../../core/error.ts';
import { packageVersion } from '../../../core/package-root.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import { notificationUndelivered } from '../errors.ts';
import type { NamedNotification } from '../notification-entry.ts';
import { renderMessage } from '../render-message.ts';
import { addressOf, type ResolvedSecrets, resolveSecrets } from '../resolve-secrets.ts';
import { postJson } from './post-json.ts';
import { sendMail } from './send-mail.ts';
import type { SendRequest, SendResult } from './send-result.ts';
import { slackBody } from './slack-body.ts';
import { webhookBody } from './webhook-body.ts';

export interface SendOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Shows a line to the user. */
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Tries once to send a notification about a run. Never throws: how it went is the answer. */
export async function sendNotification(
  entry: NamedNotification,
  record: RunRecord,
  options: SendOptions,
): Promise<SendResult> {
  try {
    const secrets = resolveSecrets(entry, options.env);
    const message = renderMessage(entry, record);
    const request = { ...message, key: `${record.uid}/${entry.name}/${record.state}` };
    return await send(entry, request, { record, secrets, ...options });
  } catch (error) {
    if (isSlipwayError(error)) return { sent: false, retry: false, error };
    return {
      sent: false,
      retry: true,
      error: notificationUndelivered(errorRecord(error).message, {
        hint: 'it is tried again; `slipway notify retry` does so now',
      }),
    };
  }
}

type Surroundings = SendOptions & { readonly record: RunRecord; readonly secrets: ResolvedSecrets };

async function send(
  entry: NamedNotification,
  request: SendRequest,
  around: Surroundings,
): Promise<SendResult> {
  switch (entry.kind) {
    case 'console':
      around.print(entry.message === undefined ? request.title : request.text);
      return { sent: true };
    case 'webhook':
      return post(entry, webhookBody(entry.name, request, around.record), { request, around });
    case 'slack':
      return post(entry, slackBody(request, around.record), { request, around });
    case 'mail':
      return sendMail(entry, request, around);
  }
}

function post(
  entry: Extract<NamedNotification, { kind: 'webhook' | 'slack' }>,
  body: object,
  { request, around }: { readonly request: SendRequest; readonly around: Surroundings },
): Promise<SendResult> {
  const { secrets, signal } = around;
  const own = entry.kind === 'webhook' ? Object.entries(entry.headers ?? {}) : [];
  const isToken = entry.kind === 'webhook' && entry.secret !== undefined;
  return postJson({
    url: addressOf(entry, secrets),
    headers: {
      'user-agent': `slipway/${packageVersion()}`,
      'idempotency-key': request.key,
      ...(isToken ? { authorization: `Bearer ${secrets.value(entry.secret ?? '')}` } : {}),
      ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), secrets.fill(value)])),
    },
    body,
    insecure: entry.insecure ?? false,
    timeoutMs: parseDuration(entry.timeout ?? '10s'),
    redactor: secrets.redactor,
    signal,
  });
}
