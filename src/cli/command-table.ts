import type { CommandEntry } from './command.ts';
import { buildCommands } from './tables/build-commands.ts';
import { clusterCommands } from './tables/cluster-commands.ts';
import { findCommands } from './tables/find-commands.ts';
import { keepCommands } from './tables/keep-commands.ts';
import { kernelCommands } from './tables/kernel-commands.ts';
import { notebookCommands } from './tables/notebook-commands.ts';
import { notifyCommands } from './tables/notify-commands.ts';
import { runCommands } from './tables/run-commands.ts';
import { scheduleCommands } from './tables/schedule-commands.ts';
import { serverCommands } from './tables/server-commands.ts';
import { setUpCommands } from './tables/set-up-commands.ts';

/** Commands that help shows together. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandEntry[];
  /** What the first word of a two-word command is about. */
  readonly parents?: Readonly<Record<string, string>>;
}

/** Every command, in the order of help and docs/cli.md. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'Run', commands: runCommands, parents: { pipeline: 'Run a pipeline, or show its plan.' } },
  {
    title: 'Look',
    commands: findCommands,
    parents: { hub: 'Look at the functions that come with Slipway.' },
  },
  { title: 'Keep', commands: keepCommands },
  {
    title: 'Notebooks',
    commands: [...notebookCommands, ...kernelCommands],
    parents: {
      notebook: 'Run, test, check, clean and compare whole notebooks.',
      kernel: 'Register the TypeScript kernels with Jupyter.',
    },
  },
  {
    title: 'Serve',
    commands: [...serverCommands, ...clusterCommands],
    parents: { kubernetes: 'Prepare a cluster for runs, and put the tracking server there.' },
  },
  {
    title: 'Schedule',
    commands: [...scheduleCommands, ...notifyCommands],
    parents: {
      schedule: 'Run pipelines and functions at given times.',
      notify: 'Tell of runs: send again, try out.',
    },
  },
  { title: 'Build', commands: buildCommands },
  {
    title: 'Set up',
    commands: setUpCommands,
    parents: { config: 'Show settings and where they come from.' },
  },
];
