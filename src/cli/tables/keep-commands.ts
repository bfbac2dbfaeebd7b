import { type CommandEntry, command } from '../command.ts';

const runs = {
  name: 'run',
  doc: 'uid or its beginning, or @last.',
  variadic: true,
  completes: 'run',
} as const;

/** Commands that change what is kept. */
export const keepCommands: readonly CommandEntry[] = [
  command({
    name: 'label',
    summary: 'Set or remove labels of a run.',
    arguments: [
      { name: 'run', doc: 'uid or its beginning, or @last.', completes: 'run' },
      { name: 'label', doc: 'key=value to set, key- to remove.', variadic: true, completes: 'none' },
    ],
    options: ['output', 'json'],
    examples: ['slipway label @last team=a baseline-'],
    load: async () => (await import('../commands/label.ts')).label,
  }),
  command({
    name: 'tag',
    summary: 'Give an artifact a tag, so that store://project/key:tag means it.',
    arguments: [
      { name: 'artifact', doc: 'Key or store:// URI.', completes: 'artifact' },
      { name: 'tag', doc: 'Letters, digits, ".", "_" and "-".', completes: 'none' },
    ],
    options: ['output', 'json'],
    examples: ['slipway tag model best', 'slipway tag store://demo/model@sha256:… best'],
    load: async () => (await import('../commands/tag.ts')).tag,
  }),
  command({
    name: 'rm',
    summary: 'Move runs to the trash.',
    arguments: [runs],
    options: ['output', 'json'],
    load: async () => (await import('../commands/rm.ts')).rm,
  }),
  command({
    name: 'restore',
    summary: 'Take runs out of the trash.',
    arguments: [runs],
    options: ['output', 'json'],
    load: async () => (await import('../commands/restore.ts')).restore,
  }),
  command({
    name: 'gc',
    summary: 'Delete trashed runs for good, and files and images that nothing refers to.',
    arguments: [],
    options: ['dryRun', 'olderThan', 'dockerImages', 'output', 'json'],
    examples: ['slipway gc --dry-run', 'slipway gc --older-than 7d', 'slipway gc --docker-images'],
    load: async () => (await import('../commands/gc.ts')).gc,
  }),
  command({
    name: 'export',
    summary: 'Copy a run with its artifacts into a folder.',
    arguments: [
      { name: 'run', doc: 'uid or its beginning, or @last.', completes: 'run' },
      { name: 'folder', doc: 'Folder to write; must be new or empty.', completes: 'file' },
    ],
    options: ['output', 'json'],
    load: async () => (await import('../commands/export.ts')).exportRun,
  }),
  command({
    name: 'import',
    summary: 'Take in a run that was exported.',
    arguments: [{ name: 'folder', doc: 'Folder that slipway export wrote.', completes: 'file' }],
    options: ['output', 'json'],
    load: async () => (await import('../commands/import.ts')).importRun,
  }),
];
