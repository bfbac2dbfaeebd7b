import { type ArgumentEntry, type CommandEntry, command } from '../command.ts';

const name: ArgumentEntry = {
  name: 'schedule',
  doc: 'Name of a schedule in project.yaml.',
  completes: 'none',
};

/** Commands around the schedules of a project. */
export const scheduleCommands: readonly CommandEntry[] = [
  command({
    name: 'schedule list',
    summary: 'List the schedules of the project: next time, last run.',
    arguments: [],
    options: ['output', 'json'],
    load: async () => (await import('../commands/schedule-list.ts')).scheduleList,
  }),
  command({
    name: 'schedule show',
    summary: 'Show a schedule and what became of its times.',
    arguments: [name],
    options: ['limit', 'output', 'json'],
    load: async () => (await import('../commands/schedule-show.ts')).scheduleShow,
  }),
  command({
    name: 'schedule next',
    summary: 'Show the next times of a schedule.',
    arguments: [name],
    options: ['count', 'output', 'json'],
    examples: ['slipway schedule next nightly --count 10'],
    load: async () => (await import('../commands/schedule-next.ts')).scheduleNext,
  }),
  command({
    name: 'schedule start',
    summary: 'Look after the schedules: start the run of every time that comes.',
    description:
      'Goes on until it is interrupted; runs under way are then aborted. Any number of processes may look after one project:\n' +
      'each time is started once. What project.yaml says counts from the moment it is saved.',
    arguments: [
      {
        ...name,
        doc: 'Only these schedules. All of the project unless given.',
        optional: true,
        variadic: true,
      },
    ],
    options: [],
    examples: ['slipway schedule start', 'slipway schedule start nightly hourly'],
    graceful: true,
    load: async () => (await import('../commands/schedule-start.ts')).scheduleStart,
  }),
  command({
    name: 'schedule deploy',
    summary: 'Give schedules with engine: argo to the cluster, or bring them up to date there.',
    description:
      'Builds and pushes the images, and creates a CronWorkflow for each schedule with the plan, the token of the tracking server and\n' +
      'the values of secrets that its pods need. What project.yaml says later counts from the next time that this is run.',
    arguments: [
      {
        ...name,
        doc: 'Only these schedules. All with engine: argo unless given.',
        optional: true,
        variadic: true,
      },
    ],
    options: ['output', 'json'],
    examples: ['slipway schedule deploy', 'slipway schedule deploy nightly'],
    load: async () => (await import('../commands/schedule-deploy.ts')).scheduleDeploy,
  }),
  command({
    name: 'schedule run',
    summary: 'Run what a schedule runs, now.',
    arguments: [name],
    options: ['output', 'json'],
    graceful: true,
    load: async () => (await import('../commands/schedule-run.ts')).scheduleRun,
  }),
  command({
    name: 'schedule pause',
    summary: 'Let no run of a schedule start until it is resumed.',
    arguments: [name],
    options: ['reason', 'output', 'json'],
    load: async () => (await import('../commands/schedule-pause.ts')).schedulePause,
  }),
  command({
    name: 'schedule resume',
    summary: 'Go on with a schedule; the times that passed meanwhile stay left out.',
    arguments: [name],
    options: ['output', 'json'],
    load: async () => (await import('../commands/schedule-pause.ts')).scheduleResume,
  }),
  command({
    name: 'schedule fire',
    summary: 'Start the run of a scheduled time; for schedulers.',
    arguments: [
      name,
      { name: 'at', doc: 'The time, milliseconds since 1970.', completes: 'none' },
      { name: 'uid', doc: 'uid of the run.', completes: 'none' },
    ],
    options: [],
    hidden: true,
    graceful: true,
    load: async () => (await import('../commands/schedule-fire.ts')).scheduleFire,
  }),
];
