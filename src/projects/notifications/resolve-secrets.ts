import { createRedactor, type Redactor } from '../../runtime/redactor.ts';
import { secretMissing } from '../workspace-errors.ts';
import type { NotificationEntry } from './notification-entry.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\{secret\.([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Whether a text refers to a secret. */
export const refersToSecret = (text: string): boolean => text.search(reference) >= 0;

/** The text without what refers to secrets, to look at its form. */
export const withoutSecrets = (text: string): string => text.replace(reference, 'secret');

/** Names of the secrets that a notification needs. */
export function secretNames(entry: NotificationEntry): readonly string[] {
  const named = 'secret' in entry && entry.secret !== undefined ? [entry.secret] : [];
  const url = 'url' in entry ? (entry.url ?? '') : '';
  const headers = 'headers' in entry ? Object.values(entry.headers ?? {}) : [];
  const referred = [url, ...headers].flatMap((text) =>
    [...text.matchAll(reference)].map(([, name = '']) => name),
  );
  return [...new Set([...named, ...referred])];
}

/** Values of secrets, and what hides them in everything that is shown. */
export interface ResolvedSecrets {
  /** The text with the values of the secrets that it refers to. */
  fill(text: string): string;
  value(name: string): string;
  readonly redactor: Redactor;
}

/**
 * Looks up what a notification needs.
 * @throws SECRET_MISSING
 */
export function resolveSecrets(entry: NotificationEntry, env: Environment): ResolvedSecrets {
  const values = new Map(secretNames(entry).map((name) => [name, secretValue(name, entry, env)]));
  const value = (name: string): string => values.get(name) ?? '';
  const fill = (text: string): string => text.replace(reference, (_, name: string) => value(name));
  const url = addressOf(entry, { fill, value });
  return { value, fill, redactor: createRedactor({ ...Object.fromEntries(values), ...secretParts(url) }) };
}

/** Where a message goes by HTTP; empty for other kinds. */
export function addressOf(
  entry: NotificationEntry,
  { fill, value }: Pick<ResolvedSecrets, 'fill' | 'value'>,
): string {
  if (entry.kind === 'webhook') return fill(entry.url);
  if (entry.kind === 'slack') return entry.url === undefined ? value(entry.secret ?? '') : fill(entry.url);
  return '';
}

/** Whoever knows the path of a webhook can send to it. */
function secretParts(url: string): Readonly<Record<string, string>> {
  if (!URL.canParse(url)) return {};
  const { pathname, search, username, password } = new URL(url);
  const parts = { pathname, search, username, password };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part.length > 1));
}

function secretValue(
  name: string,
  { kind, name: called = kind }: NotificationEntry,
  env: Environment,
): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw secretMissing(`secret "${name}" of notification "${called}" has no value`, {
    hint: `set the environment variable ${name} where the run is started`,
  });
}
