import { handlerSources, sharedSource } from './handlers.ts';

/** Files of a project whose functions are written in TypeScript, without what every project has. */
export function renderTypescriptFiles(): Readonly<Record<string, string>> {
  return { 'functions/train.ts': renderFunctions(), 'pipeline.ts': pipelineFile };
}

function renderFunctions(): string {
  const exported = Object.values(handlerSources).map(({ text }) =>
    text.replace('\nasync function', '\nexport async function'),
  );
  return [
    "import { predictTable, type Context, type DataItem, type Model, type Predictor, type Table } from 'slipway';",
    sharedSource.text,
    ...exported,
  ]
    .join('\n\n')
    .concat('\n');
}

const pipelineFile = `import { codeToFunction, pipeline } from 'slipway';
import * as functions from './functions/train.ts';

const filename = 'functions/train.ts';
const split = await codeToFunction(functions.split, { filename, handler: 'split' });
const train = await codeToFunction(functions.train, { filename, handler: 'train' });
const evaluate = await codeToFunction(functions.evaluate, { filename, handler: 'evaluate' });

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
