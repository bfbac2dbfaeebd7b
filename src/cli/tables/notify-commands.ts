import { type CommandEntry, command } from '../command.ts';

/** Commands around notifications. */
export const notifyCommands: readonly CommandEntry[] = [
  command({
    name: 'notify retry',
    summary: 'Send the notifications that could not be sent before.',
    description: 'Those that were given up, too. Exits with 1 where one can still not be sent.',
    arguments: [
      {
        name: 'run',
        doc: 'Only those about this run: uid, its beginning, or @last.',
        optional: true,
        completes: 'run',
      },
    ],
    options: ['output', 'json'],
    load: async () => (await import('../commands/notify-retry.ts')).notifyRetry,
  }),
  command({
    name: 'notify test',
    summary: 'Send a notification of project.yaml once, to see that it arrives.',
    description:
      'It tells of the latest run, whatever its state; in a project without runs, of one that never was.',
    arguments: [{ name: 'notification', doc: 'Name of a notification in project.yaml.', completes: 'none' }],
    options: ['output', 'json'],
    graceful: true,
    load: async () => (await import('../commands/notify-test.ts')).notifyTest,
  }),
];
