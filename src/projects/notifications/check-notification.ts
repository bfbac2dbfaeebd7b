import { isLoopback } from './loopback.ts';
import type { NotificationEntry } from './notification-entry.ts';
import { refersToSecret, withoutSecrets } from './resolve-secrets.ts';

/** What is wrong with one field of a notification. */
export interface NotificationProblem {
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

/** What contradicts itself, or would give a secret away, in a notification of the right shape. */
export function checkNotification(entry: NotificationEntry): readonly NotificationProblem[] {
  switch (entry.kind) {
    case 'console':
      return [];
    case 'webhook':
      return [...checkUrl(entry.url, entry.insecure), ...checkHeaders(entry.headers ?? {})];
    case 'slack':
      return checkSlack(entry);
    case 'mail':
      return checkMail(entry);
  }
}

const suspicious = /token|secret|key|sig|pass|auth/i;

function checkUrl(url: string, insecure = false): readonly NotificationProblem[] {
  const problem = (message: string, hint: string): readonly NotificationProblem[] => [
    { key: 'url', message, hint },
  ];
  // what a secret holds is looked at when it is sent
  if (/^\$\{secret\./.test(url)) return [];
  const shown = withoutSecrets(url);
  if (!URL.canParse(shown)) return problem('is no address', 'write https://…');
  const { protocol, hostname, username, password, searchParams } = new URL(shown);
  if (protocol !== 'https:' && protocol !== 'http:')
    return problem(`cannot be "${protocol.slice(0, -1)}"`, 'write https://…');
  if (protocol === 'http:' && !insecure && !isLoopback(hostname))
    return problem('would be sent unencrypted', 'write https://…, or insecure: true beside it');
  const open = [...new URL(withoutSecrets(url.replace(/\$\{secret\.\w+\}/g, ''))).searchParams];
  if (username !== '' || password !== '')
    return problem(
      'has a user or password in it',
      'name a secret: secret: NAME, or ${secret.NAME} in a header',
    );
  if (searchParams.size > 0 && open.some(([key, value]) => suspicious.test(key) && value !== ''))
    return problem('has what looks like a secret in it', 'write ${secret.NAME} in its place');
  return [];
}

function checkHeaders(headers: Readonly<Record<string, string>>): readonly NotificationProblem[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const key = 'headers';
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || /[\r\n\0]/.test(value))
      return [
        { key, message: `has no header "${name}" that can be sent`, hint: 'use letters, digits and "-"' },
      ];
    if (suspicious.test(name) && !refersToSecret(value))
      return [{ key, message: `has a secret in "${name}"`, hint: `write ${name}: \${secret.NAME}` }];
    return [];
  });
}

function checkSlack(entry: Extract<NotificationEntry, { kind: 'slack' }>): readonly NotificationProblem[] {
  const { url, secret, insecure } = entry;
  if ((url === undefined) === (secret === undefined))
    return [
      {
        key: url === undefined ? 'kind' : 'url',
        message: url === undefined ? 'needs to know where to' : 'is given twice, here and by "secret"',
        hint: "write secret: NAME, the environment variable that holds the webhook's address",
      },
    ];
  if (url === undefined) return [];
  if (!refersToSecret(url))
    return [
      {
        key: 'url',
        message: 'is a secret: whoever knows it can write to the channel',
        hint: 'write secret: NAME instead, or ${secret.NAME} in it',
      },
    ];
  return checkUrl(url, insecure);
}

function checkMail(entry: Extract<NotificationEntry, { kind: 'mail' }>): readonly NotificationProblem[] {
  const { to, from, smtp, secret, insecure = false } = entry;
  const wrong = [...[to].flat(), from].find((address) => !/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/.test(address));
  if (wrong !== undefined)
    return [
      {
        key: wrong === from ? 'from' : 'to',
        message: `has "${wrong}", which is no address`,
        hint: 'write name@example.org',
      },
    ];
  if (smtp.security === 'none' && !insecure && !isLoopback(smtp.host))
    return [
      {
        key: 'smtp',
        message: 'would send unencrypted',
        hint: 'write security: starttls, or insecure: true beside smtp',
      },
    ];
  if ((smtp.user === undefined) !== (secret === undefined))
    return [
      {
        key: 'smtp',
        message: 'needs both a user and its password, or none',
        hint: 'write user: … in it, and secret: NAME beside it',
      },
    ];
  return [];
}
