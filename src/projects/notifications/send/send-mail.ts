import { parseDuration } from '../../../core/duration.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import { notificationRefused, notificationUndelivered } from '../errors.ts';
import type { MailNotification } from '../notification-entry.ts';
import { renderTemplate } from '../render-message.ts';
import type { ResolvedSecrets } from '../resolve-secrets.ts';
import type { SendRequest, SendResult } from './send-result.ts';

const defaultPorts = { starttls: 587, tls: 465, none: 25 } as const;

/** Sends a mail once. */
export async function sendMail(
  entry: MailNotification,
  request: SendRequest,
  { record, secrets }: { readonly record: RunRecord; readonly secrets: ResolvedSecrets },
): Promise<SendResult> {
  const { createTransport } = await import('nodemailer');
  const { smtp, to, from } = entry;
  const { host, security = 'starttls', user } = smtp;
  const timeoutMs = parseDuration(entry.timeout ?? '10s');
  const transport = createTransport({
    host,
    port: smtp.port ?? defaultPorts[security],
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: secrets.value(entry.secret ?? '') } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to: [to].flat(),
      subject: oneLine(subjectOf(entry, record)),
      text: `${request.title}\n\n${request.text}\n`,
      messageId: `<${request.key.replace(/[^\w.-]+/g, '.')}@slipway>`,
      headers: { 'auto-submitted': 'auto-generated' },
    });
    return { sent: true };
  } catch (error) {
    return failure(host, error as MailError, secrets);
  } finally {
    transport.close();
  }
}

const subjectOf = ({ subject }: MailNotification, record: RunRecord): string =>
  subject === undefined ? `${record.name} ${record.state}` : renderTemplate(subject, record);

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

interface MailError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

function failure(host: string, error: MailError, { redactor }: ResolvedSecrets): SendResult {
  const message = redactor.text(`mail server "${host}" did not take it: ${error.message}`);
  const { code = '', responseCode = 0 } = error;
  const isFinal =
    responseCode >= 500 ||
    ['EAUTH', 'EENVELOPE', 'ETLS'].includes(code) ||
    /self-signed|certificate|unable to verify/i.test(error.message);
  return {
    sent: false,
    retry: !isFinal || (responseCode >= 400 && responseCode < 500),
    error: isFinal
      ? notificationRefused(message, { hint: 'correct the notification, then `slipway notify retry`' })
      : notificationUndelivered(message, { hint: 'it is tried again; `slipway notify retry` does so now' }),
  };
}
