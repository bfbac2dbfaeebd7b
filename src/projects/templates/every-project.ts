import { stringify } from 'yaml';
import type { FunctionEntry } from '../project-spec.ts';
import { renderShells } from './shells.ts';

export interface CommonOptions {
  readonly project: string;
  /** File that holds the functions. */
  readonly source: string;
}

/** Files that every new project has. */
export function renderCommonFiles(options: CommonOptions): Readonly<Record<string, string>> {
  return {
    'project.yaml': renderProjectFile(options),
    'data/shells.csv': renderShells(),
    'README.md': renderReadme(options),
    '.gitignore': '.slipway/\nnode_modules/\n.ipynb_checkpoints/\n',
    'tsconfig.json': `${JSON.stringify(compilerSettings, undefined, 2)}\n`,
  };
}

const compilerSettings = {
  compilerOptions: {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
  include: ['**/*.ts'],
};

function renderProjectFile({ project, source }: CommonOptions): string {
  const functions = ['split', 'train', 'evaluate'].map(
    (name): FunctionEntry => ({ name, source, handler: name }),
  );
  const body = stringify({ name: project, functions, pipelines: [{ name: 'main', file: 'pipeline.ts' }] });
  return `# What belongs to this project; paths start from this file.\n${body}`;
}

function renderReadme({ project, source }: CommonOptions): string {
  return `# ${project}

\`\`\`sh
slipway pipeline run main                                   # split, train six times, evaluate the best
slipway run ${source} --handler train --input data=data/shells.csv --param rate=0.1
slipway ps --all                                            # every run, trials and steps included
slipway get models                                          # what was trained
\`\`\`

| file | is |
|---|---|
| \`project.yaml\` | names functions and pipelines |
| \`${source}\` | the functions: plain TypeScript, \`(ctx, { inputs and params }) => results\` |
| \`pipeline.ts\` | wires them: calling a function adds a step, passing a result on makes an edge |
| \`data/shells.csv\` | 150 rows of sample data, drawn at random with a fixed seed |

Editors know the types of \`slipway\` when it is installed here: \`npm install --save-dev slipway\`.
`;
}
