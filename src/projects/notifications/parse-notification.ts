import { toJson } from '../../core/json.ts';
import { checkNotification } from './check-notification.ts';
import { invalidNotification } from './errors.ts';
import type { NamedNotification, NotificationEntry } from './notification-entry.ts';

/**
 * A notification that a run is started with, named and checked as those of project.yaml are.
 * @throws INVALID_NOTIFICATION with all that is wrong
 */
export async function parseNotification(given: unknown): Promise<NamedNotification> {
  const [{ Document }, { checkShape }, { notificationShape }] = await Promise.all([
    import('yaml'),
    import('../check-shape.ts'),
    import('../project-shape.ts'),
  ]);
  const value = toJson(given);
  const named = isObject(value) ? { name: value.kind ?? null, ...value } : value;
  const wrong = checkShape(new Document(named).contents, notificationShape);
  if (wrong.length > 0) throw refuse(wrong.map(({ message, hint }) => ({ message, hint })));
  const entry = named as unknown as NamedNotification;
  const problems = checkNotification(entry as NotificationEntry);
  if (problems.length > 0)
    throw refuse(problems.map(({ key, message, hint }) => ({ message: `"${key}" ${message}`, hint })));
  return entry;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuse(
  problems: readonly { readonly message: string; readonly hint?: string | undefined }[],
): Error {
  const hints = [...new Set(problems.flatMap(({ hint }) => hint ?? []))];
  return invalidNotification(
    `the notification cannot be used: ${problems.map(({ message }) => message).join('; ')}`,
    {
      hint: hints.length > 0 ? hints.join('; ') : 'e.g. { kind: "webhook", url: "https://example.org/hook" }',
    },
  );
}
