import { handlerSources, sharedSource } from './handlers.ts';

/** Files of a project whose functions are written in a notebook, without what every project has. */
export function renderNotebookFiles(project: string): Readonly<Record<string, string>> {
  return { 'notebooks/train.ipynb': renderNotebook(project), 'pipeline.ts': pipelineFile };
}

interface Cell {
  readonly type: 'markdown' | 'code';
  readonly id: string;
  readonly text: string;
}

function renderNotebook(project: string): string {
  const cells = notebookCells(project).map(({ type, id, text }) => ({
    cell_type: type,
    id,
    metadata: {},
    source: text.split(/(?<=\n)/),
    ...(type === 'code' ? { execution_count: null, outputs: [] } : {}),
  }));
  const notebook = {
    cells,
    metadata: {
      kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
      language_info: { file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, undefined, 1)}\n`;
}

function notebookCells(project: string): readonly Cell[] {
  const code = (id: string, text: string): Cell => ({ type: 'code', id, text });
  const text = (id: string, content: string): Cell => ({ type: 'markdown', id, text: content });
  const functions = Object.entries(handlerSources).flatMap(([name, source]) => [
    text(`${name}-text`, `## ${source.title}`),
    code(name, source.text),
  ]);
  return [
    text(
      'title',
      `# ${project}\n\nPlain functions in cells; \`codeToFunction\` takes them, and what they need, out of this notebook.`,
    ),
    code(
      'imports',
      "import { codeToFunction, openData, predictTable, show, type Context, type DataItem, type Model, type Predictor, type Table } from 'slipway';",
    ),
    code(
      'look',
      "const data = await openData('../data/shells.csv');\nconst shells = await data.table();\nawait show(shells, { rows: 5 });",
    ),
    text('shared-text', `## ${sharedSource.title}`),
    code('shared', sharedSource.text),
    ...functions,
    text('run-text', '## Run\n\nSave the notebook first: the function is read from the file.'),
    code(
      'run',
      "const fn = await codeToFunction(train, { filename: 'train.ipynb' });\nconst run = await fn.run({ inputs: { data: '../data/shells.csv' }, params: { epochs: 50 } });\nrun",
    ),
  ];
}

const pipelineFile = `import { codeToFunction, pipeline } from 'slipway';

const filename = 'notebooks/train.ipynb';
const split = await codeToFunction({ filename, handler: 'split' });
const train = await codeToFunction({ filename, handler: 'train' });
const evaluate = await codeToFunction({ filename, handler: 'evaluate' });

/** Split → train (the best of six trials) → evaluate on the rows that were held back. */
export default pipeline('main', (_p, { holdout = 0.3 }: { holdout?: number }) => {
  const rows = split.with({ seed: 1 })({ data: 'data/shells.csv', holdout });
  const best = train.sweep({
    hyperparams: { rate: [0.01, 0.1, 0.5], epochs: [20, 100] },
    selector: 'max.accuracy',
  })({ data: rows.train });
  const scores = evaluate({ model: best.model, data: rows.test });
  return { accuracy: scores.accuracy };
});
`;
