import type { OptionValues } from '../../core/option-table.ts';
import type {
  NotificationEntry,
  NotificationRequest,
} from '../../projects/notifications/notification-entry.ts';
import { usageError } from '../errors.ts';

export type NotificationOptionName = 'notification' | 'noNotifications';

/** What `--notification` and `--no-notifications` ask for. What the JSON holds is checked with the request. */
export function notificationRequest({
  notification = [],
  noNotifications = false,
}: Partial<Pick<OptionValues, NotificationOptionName>>): NotificationRequest {
  return {
    ...(notification.length === 0 ? {} : { notifications: notification.map(parseOne) }),
    ...(noNotifications ? { projectNotifications: false } : {}),
  };
}

function parseOne(text: string): NotificationEntry {
  if (text === 'console') return { kind: 'console' };
  try {
    return JSON.parse(text) as NotificationEntry;
  } catch {
    throw usageError(`--notification "${text}" is neither "console" nor JSON`, {
      hint: 'write e.g. \'{"kind": "webhook", "url": "https://example.org/hook"}\'',
    });
  }
}
