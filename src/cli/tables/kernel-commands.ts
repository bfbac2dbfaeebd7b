import { type CommandEntry, command } from '../command.ts';

/** Commands that tell Jupyter about TypeScript kernels. */
export const kernelCommands: readonly CommandEntry[] = [
  command({
    name: 'kernel install',
    summary: 'Register a TypeScript kernel with Jupyter.',
    description:
      'Writes one file, kernel.json, with the absolute paths of Node and tslab, or of Deno: looked for in this project, beside\n' +
      'Slipway, on the PATH and among global packages. Python is not needed. A second time changes nothing; run it again after\n' +
      'Node or tslab has moved.',
    arguments: [],
    options: ['kernel', 'name', 'user', 'prefix', 'sysPrefix', 'output', 'json'],
    examples: ['slipway kernel install', 'slipway kernel install --kernel deno --prefix .venv'],
    load: async () => (await import('../commands/kernel-install.ts')).kernelInstall,
  }),
  command({
    name: 'kernel list',
    summary: 'List the TypeScript kernels that Jupyter knows.',
    description:
      'Those of tslab and Deno, whoever registered them, and whether their programs are still there.',
    arguments: [],
    options: ['prefix', 'output', 'json'],
    load: async () => (await import('../commands/kernel-list.ts')).kernelList,
  }),
  command({
    name: 'kernel uninstall',
    summary: 'Take a TypeScript kernel out of Jupyter.',
    description: 'The program that it runs stays installed.',
    arguments: [
      { name: 'name', doc: 'Name of the kernel; tslab unless given.', optional: true, completes: 'none' },
    ],
    options: ['user', 'prefix', 'sysPrefix', 'output', 'json'],
    load: async () => (await import('../commands/kernel-uninstall.ts')).kernelUninstall,
  }),
];
