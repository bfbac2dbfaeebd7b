import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { buildDeclarations } from '../package/declarations.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';
import { displayed } from './shown.ts';
import { type CellOutcome, TslabSession } from './tslab-session.ts';

const train = `/** Trains. */
async function train(ctx: Context, { data, depth = 4 }: { data?: DataItem; depth?: number }) {
  console.log('training', depth);
  ctx.logMetric('loss', 1 / depth, { step: 1 });
  return { accuracy: 0.9 + depth / 100 };
}`;

/** A cell for every public call; each gives what its last expression shows. */
const cells = {
  imports: `import { and, codeToFunction, createTable, eq, getOrCreateContext, gt, gte, importFunction, isSlipwayError, loadProject, lt, lte, ne, not, openData, or, pipeline, predictTable, profileTable, show, SlipwayError, type Context, type DataItem, type Predictor } from 'slipway';`,
  train,
  codeToFunction: 'const fn = await codeToFunction(train);\nfn',
  codeToFunctionByName:
    "const named = await codeToFunction({ filename: 'nb.ipynb', handler: 'train' });\nnamed.handler",
  doc: 'fn.doc()',
  report: 'const report = fn.report;\nconst spec = fn.spec;\nreport.included',
  export: "await fn.export('function.yaml');",
  importYaml: "const imported = await importFunction('./function.yaml');\nimported.digest === fn.digest",
  importHub: "const describe = await importFunction('hub://describe');\ndescribe",
  runInline: 'const run = await fn.run({ params: { depth: 5 } });\nrun',
  runAgain: 'run',
  runProcess: "const apart = await fn.run({ runtime: 'process', params: { depth: 6 } });",
  results: 'const accuracy = run.results.accuracy;\naccuracy.toFixed(2)',
  metrics: 'const metrics = run.metrics;\nmetrics',
  record: 'const record = run.record;\nrecord',
  history: "const history = await run.history('loss');\nhistory.length",
  logs: 'const logs = await run.logs();\nlogs',
  sweep:
    "const best = await fn.run({ hyperparams: { depth: [1, 2, 3] }, selector: 'max.accuracy' });\nbest.bestIteration",
  iterations: 'const iterations = best.iterations;\niterations.length',
  hub: "const load = await importFunction('hub://load-dataset');\nconst loaded = await load.run({ params: { name: 'iris' } });",
  artifact: "const dataset = await loaded.artifact('dataset');\ndataset",
  table: 'const iris = await dataset.table();\niris.slice(0, 2)',
  asInput:
    "const described = await describe.run({ inputs: { data: dataset }, params: { label: 'species' } });\ndescribed.results.rowCount",
  pipeline: `const p = pipeline('two', (p, { depth = 3 }: { depth?: number }) => {
  const first = fn({ depth: depth });
  const second = p.when(and(gt(first.accuracy, 0.5), not(eq(first.accuracy, 1))), () => fn.as('again')({ depth: 1 }));
  return { accuracy: first.accuracy };
});
p`,
  conditions: 'const conditions = [gte, lt, lte, ne, or].length;',
  plan: 'const plan = p.plan({ depth: 2 });\nplan.spec.steps.length',
  pipelineRun: 'const both = await p.run({ params: { depth: 7 } });\nboth',
  steps: 'const steps = both.steps;\nconst outputs = both.outputs;\nsteps.map((step) => step.id)',
  stepOptions:
    "const patient = fn.with({ retry: { retries: 1 } });\nconst swept = fn.sweep({ hyperparams: { depth: [1, 2] }, selector: 'max.accuracy' });",
  project: 'const project = await loadProject();\nproject',
  runs: 'const runs = await project.runs();\nruns',
  oneRun: 'const latest = await project.run(run.uid);\nlatest.uid === run.uid',
  artifacts: 'const rows = await project.artifacts();\nrows',
  oneArtifact: "const kept = await project.artifact('dataset');\nkept",
  createTable: "const table = createTable([{ a: 1, b: 'x' }, { a: 2, b: null }]);\ntable",
  show: 'await show(table);\nawait show(run);\nawait show(fn);',
  showRun: "await run.show();\nawait loaded.show('dataset');",
  showRuns: "await runs.show({ metrics: ['max.accuracy'] });",
  profileTable: 'const profile = profileTable(table);\nprofile.rowCount',
  predictTable: `const predictor: Predictor = { apiVersion: 'slipway/v1', type: 'linear', features: [{ column: 'a', type: 'number' }], weights: [[2]], bias: [1] };
const predictions = predictTable(predictor, table);
predictions.map((prediction) => prediction.value)`,
  openData: "const item = await openData('function.yaml');\nitem.key",
  context: "const ctx = await getOrCreateContext('explore');\nctx.logMetric('rows', 344);\nctx",
  logDataset: "const small = await ctx.logDataset('small', table);\nsmall",
  logPlot: "const plot = await ctx.logPlot('line', '<svg xmlns=\"http://www.w3.org/2000/svg\"/>');\nplot.key",
  logModel: "const model = await ctx.logModel('line', { predictor: predictor });\nmodel.key",
  child: 'const child = ctx.child({ depth: 1 });\nchild.iteration',
  complete: 'await ctx.complete();',
  error:
    "const error = new SlipwayError('MY_CODE', 'usage', 'something is wrong', { hint: 'mend it' });\nisSlipwayError(error)",
} as const;

let session: TslabSession | undefined;
let outcomes: Partial<Record<keyof typeof cells, CellOutcome>> = {};
let ran: Promise<void> | undefined;
// how often all cells are run again: where none of them works, no other try will
let reruns = 3;

function shown(cell: keyof typeof cells): string {
  return outcomes[cell]?.stdout ?? 'the cell did not run';
}

/** What a cell shows in cards, as text. */
function cards(cell: keyof typeof cells): string {
  const outcome = outcomes[cell];
  return outcome === undefined ? 'the cell did not run' : displayed(outcome).join('\n');
}

/** Runs every cell in a new kernel. */
async function runCells(): Promise<void> {
  const folder = installedFolder();
  saveNotebook(path.join(folder, 'nb.ipynb'), Object.values(cells));
  const opened = new TslabSession({ directory: folder });
  session = opened;
  const into: typeof outcomes = {};
  outcomes = into;
  for (const [name, code] of Object.entries(cells)) into[name as keyof typeof cells] = await opened.run(code);
}

/** Runs a cell after all of them. */
async function runMore(code: string): Promise<CellOutcome> {
  if (session === undefined) throw new Error('no cell has run');
  return session.run(code);
}

beforeAll(buildDeclarations, 600_000);

beforeEach(async () => {
  // what a cell gave once it gives to every test and try, unless all run again
  onTestFailed(async () => {
    const isComplete = Object.keys(outcomes).length === Object.keys(cells).length;
    if (reruns === 0 && isComplete) return;
    await session?.kill();
    if (reruns > 0) ran = undefined;
    reruns = Math.max(0, reruns - 1);
  });
  ran ??= runCells();
  await ran;
}, 600_000);

afterAll(() => session?.close());

describe('in a tslab cell, with the package’s dependencies not hoisted', () => {
  it.each(Object.keys(cells) as (keyof typeof cells)[])(
    '%s runs, its types can be named, and nothing goes to stderr but logs',
    (name) => {
      const { status, stderr } = outcomes[name] ?? {};
      const complaints = (stderr ?? '').split('\n').filter((line) => !/^(\d{4}-.* info {2}.*)?$/.test(line));
      expect({ status, complaints }).toEqual({ status: 'ok', complaints: [] });
    },
  );

  it('a function shows its signature and where it came from', () => {
    expect(shown('codeToFunction')).toMatch(
      /^function train: train\(ctx, \{ data\?: DataItem, depth\?: number = 4 \}\)\n {2}from nb\.ipynb · cell 2 · sha256:[0-9a-f]{12}\n$/,
    );
    expect(shown('importHub')).toMatch(
      /^function describe: describe\(ctx, \{ data: DataItem, .*\n {2}from hub:\/\/describe.*\n$/,
    );
  });

  it('doc() reads as a page', () => {
    expect(cards('doc')).toMatch(
      /^train\n {2}from nb\.ipynb\n[\s\S]*\nDESCRIPTION\n {2}Trains\.\n\nINPUTS\n[\s\S]*PARAMS\n {2}depth {2}number {2}default 4\n/,
    );
  });

  it('a run shows one card, though it is the last expression too', () => {
    expect(cards('runInline')).toMatch(
      /^train · completed in [\d.]+ m?s · \w{26}\n {2}params {5}depth=5\n {2}results {4}accuracy=0\.95\n {2}metrics {4}loss=0\.2\n {2}output\n {4}training 5$/,
    );
    expect(shown('runInline')).toMatch(/^run \w{26}, shown above\n$/);
    expect(shown('runAgain')).toMatch(/^train · completed .*\n {2}params {5}depth=5\n[\s\S]*loss=0\.2\n$/);
  });

  it('runs in the kernel unless told otherwise', () => {
    expect(cards('runProcess')).toMatch(/^train · completed in [\s\S]*training 6$/);
    expect(shown('record')).not.toContain('peakRss');
    expect(shown('record')).toMatch(/^train · completed in /);
  });

  it('runs are listed a line each, and so are artifacts', () => {
    const runs = shown('runs').split('\n');
    expect(runs.filter((line) => /^ {2}\w+ · completed in .* · \w{26} {2}\w+=.*$/.test(line)).length).toBe(
      runs.length - 3,
    );
    expect(shown('artifacts')).toMatch(/^\[\n( {2}\w+ \S+ \(.*\),?\n)+\]\n$/);
  });

  it('handles, tables, artifacts and contexts show no insides', () => {
    expect(shown('pipeline')).toBe('pipeline two({ depth?: number = 3 })\n');
    expect(cards('pipelineRun')).toMatch(/^two · completed · [\s\S]*again {2}train/);
    expect(shown('pipelineRun')).toMatch(/^pipeline run \w{26}, shown above\n$/);
    expect(shown('project')).toMatch(/^project default in \/.*\n$/);
    expect(shown('artifact')).toMatch(/^Dataset dataset \(150 rows, .*\)\nstore:\/\/.*\n$/);
    expect(shown('createTable')).toMatch(/^Table 2 rows × 2 columns\n/);
    expect(shown('context')).toMatch(/^context of run "explore" in project "default", \w{26}\n$/);
    for (const name of Object.keys(cells) as (keyof typeof cells)[])
      expect(shown(name), name).not.toMatch(/\[(?:Async)?Function|\[Getter/);
  });

  it('a parameter of the wrong type is refused before anything runs', async () => {
    const { status, stderr } = await runMore("await fn.run({ params: { depth: 'a' } });");
    expect({ status, stderr }).toEqual({
      status: 'error',
      stderr: "1:26 - Type 'string' is not assignable to type 'number'.\n",
    });
  });

  it('hyper-parameters and hub functions are typed as well', async () => {
    const sweep = await runMore('await fn.run({ hyperparams: { dept: [1] } });');
    expect(sweep.stderr).toContain("'dept' does not exist in type");
    const hub = await runMore('await describe.run({ params: { label: 1 }, inputs: { data: dataset } });');
    expect(hub.stderr).toContain("Type 'number' is not assignable to type 'string'");
  });

  it('what is not expected by the schema is refused in one message without a stack', async () => {
    const { status, stderr } = await runMore(
      "await fn.run({ params: { depth: 'deep' as unknown as number } });",
    );
    expect(status).toBe('error');
    expect(stderr).toMatch(/^INVALID_PARAMS: .*"depth".*\n/);
    expect(stderr).not.toMatch(/^\s+at .*[(:]\d/m);
  });
});
