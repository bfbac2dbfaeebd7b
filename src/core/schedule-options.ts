import type { OptionEntry } from './option-entry.ts';

/** Values of the options that schedules and notifications have. */
export interface ScheduleOptionValues {
  readonly count: number;
  readonly schedules: readonly string[];
  readonly notification: readonly string[];
  readonly noNotifications: boolean;
}

/** Options of schedules and notifications. */
export const scheduleOptions: { readonly [Name in keyof ScheduleOptionValues]-?: OptionEntry } = {
  count: { type: 'integer', flag: '--count', value: 'n', default: 5, doc: 'How many.' },
  schedules: {
    type: 'list',
    flag: '--schedules',
    value: 'folder',
    doc: 'Also look after the schedules of the project in this folder. Repeatable.',
  },
  notification: {
    type: 'list',
    flag: '--notification',
    value: 'what',
    doc: 'Also tell of the run: console, or JSON such as \'{"kind": "webhook", "url": "https://…"}\'. Repeatable.',
  },
  noNotifications: {
    type: 'flag',
    flag: '--no-notifications',
    doc: 'Send none of the notifications of project.yaml.',
  },
};
