import { type CommandEntry, command } from '../command.ts';

const notebook = { name: 'notebook', doc: 'A notebook file (.ipynb).' } as const;
const notebooks = { name: 'notebooks', doc: 'Notebook files (.ipynb).', variadic: true } as const;

/** Commands that take whole notebooks. */
export const notebookCommands: readonly CommandEntry[] = [
  command({
    name: 'notebook run',
    summary: 'Run a whole notebook, without Jupyter, as a recorded run.',
    description:
      'The cells run in tslab, in a process of their own, until one fails. Parameters set the variables of the cell tagged\n' +
      '"parameters". The executed notebook and its HTML are artifacts of the run, also when a cell failed. In the notebook,\n' +
      'getOrCreateContext gives the context of this run.',
    arguments: [notebook],
    options: [
      'param',
      'input',
      'out',
      'name',
      'label',
      'timeout',
      'seed',
      'secret',
      'env',
      'quiet',
      'output',
      'json',
    ],
    examples: [
      'slipway notebook run train.ipynb --param lr=0.01 --out executed.ipynb',
      'slipway notebook run report.ipynb --input data=penguins.csv --timeout 10m -o json',
    ],
    graceful: true,
    load: async () => (await import('../commands/notebook-run.ts')).notebookRun,
  }),
  command({
    name: 'notebook test',
    summary: 'Run notebooks and report which fail.',
    description:
      'No run is recorded but what the notebooks themselves start. --timeout is for each notebook. The output of a cell tagged\n' +
      '"expect" must be the one that is saved with it.',
    arguments: [notebooks],
    options: ['parallel', 'junit', 'timeout', 'quiet', 'output', 'json'],
    examples: ['slipway notebook test notebooks/*.ipynb --parallel 2 --junit report.xml'],
    graceful: true,
    load: async () => (await import('../commands/notebook-test.ts')).notebookTest,
  }),
  command({
    name: 'notebook check',
    summary: 'Check a notebook without running it.',
    description:
      'All cells are type-checked together, strictly, as the kernel binds their names. Reported besides: names used before any\n' +
      'cell defines them, imports that nothing uses, handlers that cannot be packaged, and what the kernel trips over.\n' +
      'Exit code 1 where there is an error.',
    arguments: [notebooks],
    options: ['output', 'json'],
    load: async () => (await import('../commands/notebook-check.ts')).notebookCheck,
  }),
  command({
    name: 'notebook clean',
    summary: 'Strip outputs, counts and volatile metadata.',
    description:
      'Files are rewritten in place; without files, stdin is cleaned to stdout, as a git filter wants it. Ids, tags and sources\n' +
      'stay. With --check nothing is written, and the exit code is 1 where a file is not clean.',
    arguments: [{ ...notebooks, optional: true }],
    options: ['check', 'output', 'json'],
    examples: ["git config filter.notebooks.clean 'slipway notebook clean'"],
    load: async () => (await import('../commands/notebook-clean.ts')).notebookClean,
  }),
  command({
    name: 'notebook diff',
    summary: 'Compare two notebooks cell by cell, sources only.',
    description:
      'Exit code 0, whether they differ or not. Takes two notebooks, or the seven arguments that git passes to an external diff.',
    arguments: [{ name: 'notebooks', doc: 'The old notebook and the new one.', variadic: true }],
    options: ['output', 'json'],
    examples: [
      'slipway notebook diff old.ipynb new.ipynb',
      "git config diff.notebooks.command 'slipway notebook diff'",
    ],
    load: async () => (await import('../commands/notebook-diff.ts')).notebookDiff,
  }),
  command({
    name: 'notebook kernel',
    summary: 'Execute cells for another Slipway process.',
    arguments: [],
    options: [],
    hidden: true,
    load: async () => (await import('../commands/notebook-kernel.ts')).notebookKernel,
  }),
];
