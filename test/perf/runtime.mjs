// Overhead of runs and sweeps over the bare cost of what they start; every budget of DESIGN §7 as a ratio, measured side by side.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const code = path.join(repository, 'node_modules/.cache/slipway-perf');
const root = mkdtempSync(path.join(tmpdir(), 'slipway-perf-'));
const rounds = Number(process.env.ROUNDS ?? 15);

await build({
  absWorkingDir: repository,
  entryPoints: {
    inline: 'src/runtime/inline/inline-runtime.ts',
    process: 'src/runtime/process/process-runtime.ts',
    store: 'src/tracking/local/local-store.ts',
    job: 'src/runtime/create-job.ts',
    sweep: 'src/tuning/run-sweep.ts',
    random: 'src/runtime/random.ts',
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
const [{ createInlineRuntime }, { createProcessRuntime }, { openLocalStore }, { createJob }, { runSweep }] =
  await Promise.all(['inline', 'process', 'store', 'job', 'sweep'].map(load));

const bundleDirectory = path.join(root, 'bundle');
mkdirSync(bundleDirectory);
writeFileSync(
  path.join(bundleDirectory, 'main.mjs'),
  `export const nothing = () => undefined;
export const trial = (ctx, { x }) => ({ score: -((x - 100) ** 2) });
export function thousand(ctx) { for (let i = 0; i < 1000; i++) ctx.child({ i }).complete(); }
export function half(ctx) { for (let i = 0; i < 500; i++) ctx.child({ i }).complete(); }
export function logging(ctx) { const t = performance.now(); for (let i = 0; i < 10000; i++) ctx.logMetric('m', i, { step: i }); return { us: (performance.now() - t) / 10 }; }`,
);
writeFileSync(path.join(bundleDirectory, 'manifest.json'), '{"needsApi":false}');
const storeDirectory = path.join(root, '.slipway');
const store = openLocalStore({ directory: storeDirectory, project: 'perf' });
const job = (handler, change = {}) =>
  createJob({
    project: 'perf',
    storeDirectory,
    workingDirectory: root,
    function: { name: 'perf', handler },
    handler: { name: handler, parameters: [], results: [], acceptsUnknown: true },
    bundleDirectory,
    // as a step of a pipeline: what a run of its own adds (git) overlaps with its start
    parent: 'pipeline',
    ...change,
  });

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
async function measure(count, once) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await once(i);
    times.push(performance.now() - start);
  }
  return times;
}
const bare = () =>
  new Promise((resolve) => spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }).on('exit', resolve));
const runOn = (runtime) => async () => {
  const outcome = await (await runtime.submit(job('nothing'), { store })).wait();
  if (outcome.state !== 'completed') throw new Error(JSON.stringify(outcome.error));
};

let failed = 0;
function report(name, value, budget, unit = 'ms') {
  const ok = value <= budget;
  if (!ok) failed += 1;
  console.log(
    `${ok ? 'ok  ' : 'OVER'} ${name.padEnd(58)} ${value.toFixed(2).padStart(8)} ${unit}  budget ${budget} (${(value / budget).toFixed(2)})`,
  );
}

const inline = createInlineRuntime();
const fresh = createProcessRuntime();
const pool = createProcessRuntime({ isolation: 'pool', poolSize: 2 });

await measure(5, runOn(inline));
report('inline: overhead per run', median(await measure(rounds * 5, runOn(inline))), 2);

// side by side, so that other load on the machine meets both alike
const bareTimes = [];
const freshTimes = [];
for (let i = 0; i < rounds; i++) {
  bareTimes.push(...(await measure(1, bare)));
  freshTimes.push(...(await measure(1, runOn(fresh))));
}
console.log(`     bare node -e 0 ${median(bareTimes).toFixed(1)} ms, fresh process ${median(freshTimes).toFixed(1)} ms`);
report('fresh process: above bare node -e 0', median(freshTimes) - median(bareTimes), 40);

await measure(5, runOn(pool));
report('pool: overhead per run', median(await measure(rounds * 5, runOn(pool))), 3);

const sweep = async (runtime, parallel) => {
  const values = Array.from({ length: 200 }, (_, i) => i);
  const running = await runSweep({
    spec: { hyperparams: { x: values }, selector: 'max.score', parallel },
    base: job('trial', { runKind: 'sweep' }),
    runtime,
    store,
  });
  const { record } = await running.wait();
  if (record.bestIteration !== 101) throw new Error(JSON.stringify(record.error ?? record.bestIteration));
};
// both workers warm
await Promise.all([runOn(pool)(), runOn(pool)()]);
report('pool: sweep of 200 trials, 2 at once, workers started', median(await measure(5, () => sweep(pool, 2))), 150);
report('pool: sweep of 200 trials, 1 at once', median(await measure(3, () => sweep(pool, 1))), 300);
report('inline: sweep of 200 trials', median(await measure(3, () => sweep(inline, 1))), 150);

const childRun = (handler) => async () => void (await (await inline.submit(job(handler), { store })).wait());
const [half, whole] = [median(await measure(3, childRun('half'))), median(await measure(3, childRun('thousand')))];
console.log(`     500 child contexts ${half.toFixed(0)} ms, 1000 ${whole.toFixed(0)} ms`);
report('1000 child contexts over 500: linear', whole / half, 2.6, '×');

const logged = await (await fresh.submit(job('logging'), { store })).wait();
report('a log call, mean of 10,000', logged.record.results.us, 100, 'µs');

await Promise.all([inline.close(), fresh.close(), pool.close()]);
await store.close();
rmSync(root, { recursive: true, force: true });
process.exitCode = failed > 0 ? 1 : 0;
