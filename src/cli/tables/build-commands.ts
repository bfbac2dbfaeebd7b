import { type CommandEntry, command } from '../command.ts';

const source = {
  name: 'function',
  doc: 'A .ts or .js file, a notebook, a function.yaml, hub://name, or a function of project.yaml.',
  completes: 'function',
} as const;

/** Commands that make or explain functions. */
export const buildCommands: readonly CommandEntry[] = [
  command({
    name: 'build',
    summary: 'Package a function, build its image, and report what went in.',
    description:
      'Without options that ask for an image only the function is packaged. With --output function.yaml the whole function is written to one file, which slipway run takes anywhere.',
    arguments: [source],
    options: [
      'handler',
      'push',
      'load',
      'file',
      'imageName',
      'archiveFormat',
      'base',
      'platform',
      'requirement',
      'imageEnv',
      'imageLabel',
      'imageUser',
      'command',
      'explain',
      'insecureRegistry',
      'registryCa',
      'format',
      'json',
    ],
    examples: [
      'slipway build train.ipynb --handler train',
      'slipway build train.ipynb --push registry.example.com/team/train --explain',
      'slipway build train.ts --base node:22-slim --load',
      'slipway build train.ts --output image.tar',
      'slipway build train.ts --output function.yaml',
    ],
    load: async () => (await import('../commands/build.ts')).build,
  }),
  command({
    name: 'doc',
    summary: 'Show what a function takes and gives.',
    arguments: [source],
    options: ['handler', 'output', 'json'],
    load: async () => (await import('../commands/doc.ts')).doc,
  }),
  command({
    name: 'types',
    summary: 'Write slipway.d.ts, which types the functions of the project.',
    arguments: [],
    options: ['output', 'json'],
    load: async () => (await import('../commands/types.ts')).types,
  }),
];
