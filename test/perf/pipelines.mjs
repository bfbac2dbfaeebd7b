// Cost of pipelines: type check, planning, and the local engine above the bare runs it starts; every budget as a ratio.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const code = path.join(repository, 'node_modules/.cache/slipway-perf-pipelines');
const root = mkdtempSync(path.join(tmpdir(), 'slipway-perf-'));
const rounds = Number(process.env.ROUNDS ?? 5);

await build({
  absWorkingDir: repository,
  entryPoints: {
    inline: 'src/runtime/inline/inline-runtime.ts',
    store: 'src/tracking/local/local-store.ts',
    job: 'src/runtime/create-job.ts',
    pipeline: 'src/pipelines/dsl/pipeline.ts',
    add: 'src/pipelines/dsl/add-step.ts',
    parse: 'src/pipelines/plan/parse-plan.ts',
    run: 'src/pipelines/run-plan.ts',
    cache: 'src/pipelines/cache/file-step-cache.ts',
    argo: 'src/pipelines/argo/compile-argo.ts',
  },
  outdir: code,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  target: 'node20.19',
});
const load = (name) => import(pathToFileURL(path.join(code, `${name}.js`)).href);
const [
  { createInlineRuntime },
  { openLocalStore },
  { createJob },
  { pipeline },
  { addStep },
  { parsePlan },
  { runPlan },
  { createFileStepCache },
  { compileArgo },
] = await Promise.all(
  ['inline', 'store', 'job', 'pipeline', 'add', 'parse', 'run', 'cache', 'argo'].map(load),
);

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
let failed = 0;
function report(name, value, budget, unit = 'ms') {
  const ok = value <= budget;
  if (!ok) failed += 1;
  console.log(
    `${ok ? 'ok  ' : 'OVER'} ${name.padEnd(58)} ${value.toFixed(2).padStart(8)} ${unit}  budget ${budget} (${(value / budget).toFixed(2)})`,
  );
}

// type check: a chain of 2,000 steps with nested references, beside the same file without a step
const types = path.join(code, 'types');
mkdirSync(types, { recursive: true });
const source = path.relative(types, path.join(repository, 'src'));
const header = `import type { Dataset } from '${source}/data/artifact.ts';
import type { StepArguments, StepReference } from '${source}/pipelines/dsl/reference.ts';
type Results = { rows: Dataset; metrics: { accuracy: number; deep: { loss: number } }; names: string[] };
declare const fit: (args: StepArguments<{ data: Dataset; depth?: number; rate: number; names?: readonly string[] }>) => StepReference<Results>;
const s0 = fit({ data: 'a.csv', rate: 1 });
`;
const steps = Array.from({ length: 1999 }, (_, i) => {
  const before = `s${i}`;
  return `const s${i + 1} = fit({ data: ${before}.rows, depth: ${before}.metrics.accuracy, rate: ${before}.metrics.deep.loss, names: ${before}.names });`;
});
function typeCheck(name, text) {
  const file = path.join(types, `${name}.ts`);
  writeFileSync(file, `${text}\nexport {};\n`);
  const config = path.join(types, `${name}.json`);
  writeFileSync(
    config,
    JSON.stringify({ extends: path.join(repository, 'tsconfig.json'), files: [file], include: [] }),
  );
  const start = performance.now();
  const { status, stdout } = spawnSync(
    process.execPath,
    [path.join(repository, 'node_modules/typescript/bin/tsc'), '-p', config],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stdout.slice(0, 2000));
  return performance.now() - start;
}
const empty = [];
const full = [];
for (let i = 0; i < rounds; i++) {
  empty.push(typeCheck('empty', header));
  full.push(typeCheck('full', header + steps.join('\n')));
}
console.log(`     type check: without steps ${median(empty).toFixed(0)} ms, with 2,000 ${median(full).toFixed(0)} ms`);
report('2,000-step pipeline: type check above the file without', median(full) - median(empty), 1500);

// planning
const digest = `sha256:${'a'.repeat(64)}`;
const bundleDirectory = path.join(root, 'bundle');
mkdirSync(bundleDirectory);
writeFileSync(path.join(bundleDirectory, 'main.mjs'), 'export const next = (ctx, { x }) => ({ x: x + 1 });\n');
writeFileSync(path.join(bundleDirectory, 'manifest.json'), '{"needsApi":false}');
const handler = {
  name: 'next',
  parameters: [{ name: 'x', role: 'param', required: true, schema: { type: 'number' } }],
  results: [],
  acceptsUnknown: false,
};
const next = {
  spec: {
    apiVersion: 'slipway/v1',
    kind: 'Function',
    metadata: { name: 'next' },
    spec: { handlers: { next: handler }, defaultHandler: 'next', digest },
  },
  bundle: { directory: bundleDirectory, digest, manifest: {} },
  report: {},
};
const chain = (length) =>
  pipeline('chain', () => {
    let before = addStep({ function: next, id: 's0', arguments: { x: 0 } });
    for (let i = 1; i < length; i++)
      before = addStep({ function: next, id: `s${i}`, arguments: { x: before.x } });
    return { x: before.x };
  });
const timed = (act) => {
  const start = performance.now();
  act();
  return performance.now() - start;
};
const long = chain(2000);
const plan2000 = long.plan();
report('2,000-step pipeline: planned', median(Array.from({ length: rounds }, () => timed(() => long.plan()))), 400);
report('2,000-step plan: read from JSON', median(Array.from({ length: rounds }, () => timed(() => parsePlan(plan2000)))), 400);

// the local engine above the runs it starts, one after the other; the two take turns so that other load meets both alike
const storeDirectory = path.join(root, '.slipway');
const store = openLocalStore({ directory: storeDirectory, project: 'perf' });
const runtime = createInlineRuntime();
const submit = (params, parent, step) =>
  runtime.submit(
    createJob({
      project: 'perf',
      runKind: 'step',
      storeDirectory,
      workingDirectory: root,
      function: { name: 'next', handler: 'next', digest },
      handler,
      bundleDirectory,
      params,
      parent,
      step,
    }),
    { store },
  );
const length = 200;
const plan = chain(length).plan();
const bareTimes = [];
const engineTimes = [];
async function bare() {
  for (let i = 0; i < length; i++) await (await submit({ x: i }, 'bare', `s${i}`)).wait();
}
async function engine(planned) {
  const record = await runPlan(planned, {
    store,
    submitStep: (run) => submit(run.params, run.pipelineRun, run.step.id),
  });
  if (record.state !== 'completed') throw new Error(JSON.stringify(record.error));
  return record;
}
await bare();
for (let i = 0; i < rounds; i++) {
  let start = performance.now();
  await bare();
  bareTimes.push((performance.now() - start) / length);
  start = performance.now();
  await engine(plan);
  engineTimes.push((performance.now() - start) / length);
}
console.log(
  `     a step: bare inline run ${median(bareTimes).toFixed(2)} ms, in a pipeline ${median(engineTimes).toFixed(2)} ms`,
);
report('local engine: a step above the bare inline run', median(engineTimes) - median(bareTimes), 2);
report('local engine: whole step, run included', median(engineTimes), median(bareTimes) + 2);

const thousand = chain(1000).plan();
const argo = {
  imageOf: () => `registry.example.com/any@sha256:${'1'.repeat(64)}`,
  delivery: 'chain',
  trackingUrl: 'http://localhost',
};
report(
  '1,000-step plan: compiled to Argo',
  median(Array.from({ length: rounds }, () => timed(() => compileArgo(thousand, argo)))),
  200,
);
const start = performance.now();
const { outputs } = await engine(thousand);
if (outputs.x !== 1000) throw new Error(`the chain gave ${outputs.x}`);
report('local engine: chain of 1,000 steps, a step', (performance.now() - start) / 1000, median(bareTimes) + 2);

// a map over 10,000 items that a step gives, planned and run inline; the plan does not grow with them
const wideHandler = { ...handler, parameters: [{ name: 'n', role: 'param', required: false }], acceptsUnknown: true };
const wideFile = path.join(root, 'wide');
mkdirSync(wideFile);
writeFileSync(
  path.join(wideFile, 'main.mjs'),
  [
    'export const list = (ctx, { n }) => ({ list: Array.from({ length: n }, (_, i) => i) });',
    'export const next = (ctx, { n }) => ({ x: n + 1 });',
    'export const sum = (ctx, { all }) => ({ total: all.reduce((a, b) => a + b, 0) });',
  ].join('\n'),
);
writeFileSync(path.join(wideFile, 'manifest.json'), '{"needsApi":false}');
const handlers = Object.fromEntries(['list', 'next', 'sum'].map((name) => [name, { ...wideHandler, name }]));
const wideFunction = {
  spec: {
    apiVersion: 'slipway/v1',
    kind: 'Function',
    metadata: { name: 'wide' },
    spec: { handlers, defaultHandler: 'list', digest },
  },
  bundle: { directory: wideFile, digest, manifest: {} },
  report: {},
};
const call = (name, args) =>
  addStep({ function: wideFunction, handler: name, id: name, arguments: args });
const width = 10_000;
const wide = pipeline('wide', (p) => {
  const { list } = call('list', { n: width });
  const mapped = p.map(list, (n) => call('next', { n }));
  return { total: call('sum', { all: mapped.x }).total };
});
report('10,000-wide map: planned', median(Array.from({ length: rounds }, () => timed(() => wide.plan()))), 5);
const submitWide = (run) =>
  runtime.submit(
    createJob({
      project: 'perf',
      runKind: 'step',
      storeDirectory,
      workingDirectory: root,
      function: { name: 'wide', handler: run.function.handler, digest },
      handler: run.function.handlerSpec,
      bundleDirectory: wideFile,
      params: run.params,
      parent: run.pipelineRun,
      step: run.id,
    }),
    { store },
  );
const wideStart = performance.now();
const wideRecord = await runPlan(wide.plan(), { store, submitStep: submitWide });
if (wideRecord.outputs?.total !== (width * (width + 1)) / 2) throw new Error(JSON.stringify(wideRecord.error));
report('local engine: 10,000-wide map, an item', (performance.now() - wideStart) / width, median(bareTimes) + 2);

// what the cache adds to a step that runs, and what a step costs that it answers
const cachedChain = (length) => {
  const planned = chain(length).plan();
  const steps = planned.spec.steps.map((step) => ({ ...step, options: { cache: { mode: 'on' } } }));
  return { ...planned, spec: { ...planned.spec, steps } };
};
const cache = createFileStepCache({ storeDirectory, store, pipeline: 'chain', workingDirectory: root });
const cachedRun = async (length) => {
  const begin = performance.now();
  const record = await runPlan(cachedChain(length), {
    store,
    cache,
    submitStep: (run) => submit(run.params, run.pipelineRun, run.step.id),
  });
  if (record.outputs?.x !== length) throw new Error(JSON.stringify(record.error));
  return (performance.now() - begin) / length;
};
const first = await cachedRun(length);
const hits = [];
for (let i = 0; i < rounds; i++) hits.push(await cachedRun(length));
report('cache: a step that runs and is kept, above one without', first - median(engineTimes), 4);
report('cache: a step that it answers', median(hits), median(bareTimes) + 2);

await runtime.close();
await store.close();
rmSync(root, { recursive: true, force: true });
process.exitCode = failed > 0 ? 1 : 0;
