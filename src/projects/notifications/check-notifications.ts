import { isMap, isSeq, type YAMLMap } from 'yaml';
import type { ShapeProblem } from '../check-shape.ts';
import { checkNotification } from './check-notification.ts';
import type { NotificationEntry } from './notification-entry.ts';

/** What contradicts itself, or gives a secret away, in the notifications of a project.yaml whose shape is right. */
export function checkNotifications(contents: unknown): readonly ShapeProblem[] {
  const list = isMap(contents) ? contents.get('notifications') : undefined;
  if (!isSeq(list)) return [];
  return list.items.flatMap((item, i) => (isMap(item) ? problemsOf(item, `notifications[${i}]`) : []));
}

function problemsOf(map: YAMLMap, path: string): readonly ShapeProblem[] {
  const entry = map.toJSON() as NotificationEntry;
  return checkNotification(entry).map(({ key, message, hint }) => ({
    offset: offsetOf(map, key),
    path: `${path}.${key}`,
    message: `"${path}.${key}" ${message}`,
    hint,
  }));
}

function offsetOf(map: YAMLMap, key: string): number {
  const node = map.get(key, true) as { readonly range?: readonly number[] } | undefined;
  return node?.range?.[0] ?? map.range?.[0] ?? 0;
}
