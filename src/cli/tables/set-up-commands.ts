import { type CommandEntry, command } from '../command.ts';

/** Commands about the installation and the project itself. */
export const setUpCommands: readonly CommandEntry[] = [
  command({
    name: 'init',
    summary: 'Make a project that runs at once.',
    arguments: [
      { name: 'folder', doc: 'Folder of the new project; the current one unless given.', optional: true },
    ],
    options: ['name', 'template', 'yes', 'output', 'json'],
    examples: ['slipway init my-project && cd my-project && slipway pipeline run'],
    load: async () => (await import('../commands/init.ts')).init,
  }),
  command({
    name: 'doctor',
    summary: 'Check that this machine has what Slipway needs.',
    arguments: [],
    options: ['output', 'json'],
    load: async () => (await import('../commands/doctor.ts')).doctor,
  }),
  command({
    name: 'config list',
    summary: 'List the settings, their values and where those come from.',
    arguments: [],
    options: ['output', 'json'],
    load: async () => (await import('../commands/config-list.ts')).configList,
  }),
  command({
    name: 'config explain',
    summary: 'Say what a setting is, where it can be given, and which place decides now.',
    arguments: [{ name: 'key', doc: 'Name of the setting, e.g. runtime.', completes: 'none' }],
    options: ['output', 'json'],
    load: async () => (await import('../commands/config-explain.ts')).configExplain,
  }),
  command({
    name: 'completion',
    summary: 'Print the completion script of a shell.',
    arguments: [
      { name: 'shell', doc: 'bash, zsh or fish.', choices: ['bash', 'zsh', 'fish'], completes: 'none' },
    ],
    options: [],
    examples: [
      'slipway completion bash >> ~/.bashrc',
      'slipway completion fish > ~/.config/fish/completions/slipway.fish',
    ],
    load: async () => (await import('../commands/completion.ts')).completion,
  }),
  command({
    name: 'complete',
    summary: 'Print names that a completion script offers.',
    hidden: true,
    arguments: [{ name: 'kind', doc: 'run, artifact, function, pipeline or hub.' }],
    options: [],
    load: async () => (await import('../commands/complete.ts')).complete,
  }),
  command({
    name: 'version',
    summary: 'Print the version of Slipway, and of what it runs on.',
    arguments: [],
    options: ['output', 'json'],
    load: async () => (await import('../commands/version.ts')).version,
  }),
];
