// Measures the budgets of the run store beside bare work of the same kind, in one run: node test/perf/tracking.mjs [--quick]
import { spawn } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const cache = path.join(root, '.cache', 'perf-tracking');
const library = path.join(cache, 'tracking.mjs');
const quick = process.argv.includes('--quick');

async function loadLibrary() {
  return import(pathToFileURL(library).href);
}

async function main() {
  mkdirSync(cache, { recursive: true });
  await build({
    stdin: {
      contents: `export { openLocalStore } from './src/tracking/local/local-store.ts';
        export { createUid } from './src/core/id.ts';
        export { captureEnvironment } from './src/tracking/environment.ts';`,
      resolveDir: root,
    },
    outfile: library,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const directory = mkdtempSync(path.join(cache, 'store-'));
  let failures = 0;
  const report = (what, value, bar, unit, bare) => {
    const held = value <= bar;
    if (!held) failures++;
    const beside = bare === undefined ? '' : `   bare: ${bare}`;
    console.log(`${held ? 'ok  ' : 'OVER'} ${what}: ${round(value)} ${unit} (bar ${bar} ${unit})${beside}`);
  };
  try {
    await trialCost(directory, report);
    await environment(report);
    await logCost(directory, report);
    await manyRuns(directory, report);
    await kills(directory, report);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  process.exitCode = failures === 0 ? 0 : 1;
}

const round = (value) => (value < 10 ? value.toFixed(2) : Math.round(value).toString());
const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];
const run = (uid, more = {}) => ({
  uid,
  name: 'perf',
  project: 'perf',
  runKind: 'run',
  params: {},
  inputs: {},
  labels: {},
  ...more,
});

/** A trial: created, four events, closed; beside mkdir, open, one write and one fdatasync. */
async function trialCost(directory, report) {
  const { openLocalStore, createUid } = await loadLibrary();
  const store = openLocalStore({ directory: path.join(directory, 'trials'), project: 'perf' });
  const parent = path.join(directory, 'bare');
  mkdirSync(parent);
  const line = Buffer.alloc(600, 'x');
  const ours = [];
  const bare = [];
  for (let i = 0; i < 300; i++) {
    let start = performance.now();
    const trial = store.createRun(run(createUid(), { runKind: 'trial', parent: 'sweep', iteration: i + 1 }));
    trial.append({ kind: 'state', state: 'running' });
    trial.append({ kind: 'metric', key: 'loss', value: i });
    trial.append({ kind: 'result', key: 'loss', value: i });
    trial.append({ kind: 'state', state: 'completed' });
    trial.close();
    ours.push(performance.now() - start);
    start = performance.now();
    mkdirSync(path.join(parent, `${i}`));
    const handle = openSync(path.join(parent, `${i}`, 'file'), 'ax');
    writeSync(handle, line);
    fdatasyncSync(handle);
    closeSync(handle);
    bare.push(performance.now() - start);
  }
  await store.close();
  const [a, b] = [percentile(ours, 0.5), percentile(bare, 0.5)];
  report(
    'a trial, created to closed (p50)',
    a,
    0.5,
    'ms',
    `mkdir, open, write, fdatasync ${round(b)} ms; above it ${round(a - b)} ms, ratio ${round(a / b)}`,
  );
}

/** Asked of git each time (the folder is another text every time, so nothing is remembered); beside one bare git call. */
async function environment(report) {
  const { captureEnvironment } = await loadLibrary();
  const ours = [];
  const bare = [];
  for (let i = 0; i < 15; i++) {
    let start = performance.now();
    await ended(spawn('git', ['rev-parse', 'HEAD'], { cwd: root, stdio: 'ignore' }));
    bare.push(performance.now() - start);
    start = performance.now();
    await captureEnvironment(`${root}${'/.'.repeat(i + 1)}`);
    ours.push(performance.now() - start);
  }
  report(
    'environment captured (p50)',
    percentile(ours, 0.5),
    15,
    'ms',
    `one \`git rev-parse HEAD\` ${round(percentile(bare, 0.5))} ms; p90 ${round(percentile(ours, 0.9))} ms`,
  );
}

/** Eight processes log 1000 points a second each while this one searches. */
async function logCost(directory, report) {
  const { openLocalStore } = await loadLibrary();
  const storeDirectory = path.join(directory, 'writers');
  const seconds = quick ? 2 : 5;
  const writers = Array.from({ length: 8 }, (_, i) =>
    spawn(process.execPath, [fileURLToPath(import.meta.url), 'writer', storeDirectory, `writer${i}`, `${seconds}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const results = Promise.all(writers.map(async (child) => JSON.parse((await lines(child)).at(-1) ?? '{}')));
  let running = true;
  void results.finally(() => {
    running = false;
  });
  const store = openLocalStore({ directory: storeDirectory, project: 'perf' });
  const lags = [];
  while (running) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const asked = Date.now();
    const { runs } = await store.searchRuns({ filter: "state = 'running'" });
    const took = Date.now() - asked;
    // the newest point that the search shows carries the time at which it was logged
    for (const found of runs) lags.push(asked - Number(found.metrics.time ?? asked) + took + 50);
  }
  const done = await results;
  const ours = done.flatMap((result) => result.ours);
  const bare = done.flatMap((result) => result.bare);
  report('a log call at 8 × 1000/s (p99)', percentile(ours, 0.99) * 1000, 100, 'µs', `writeSync of the same line in the same loop p99 ${round(percentile(bare, 0.99) * 1000)} µs; p50 ${round(percentile(ours, 0.5) * 1000)} against ${round(percentile(bare, 0.5) * 1000)} µs`);
  report('index lag, searching every 50 ms (p99)', percentile(lags, 0.99), 250, 'ms', `p50 ${round(percentile(lags, 0.5))} ms`);
  const points = (await store.metricHistory('writer0', 'time')).length;
  if (points !== seconds * 1000) throw new Error(`writer0 logged ${seconds * 1000} points, the store has ${points}`);
  await store.close();
}

async function writer(directory, uid, seconds) {
  const { openLocalStore } = await loadLibrary();
  const store = openLocalStore({ directory, project: 'perf' });
  const log = store.createRun(run(uid));
  log.append({ kind: 'state', state: 'running' });
  const bareHandle = openSync(path.join(log.directory, 'bare.txt'), 'a');
  const ours = [];
  const bare = [];
  const begin = performance.now();
  for (let i = 0; i < Number(seconds) * 1000; ) {
    for (const due = performance.now() - begin; i < due && i < Number(seconds) * 1000; i++) {
      const line = `{"seq":${i},"time":${Date.now()},"kind":"metric","key":"time","value":${Date.now()},"step":${i}}\n`;
      let start = performance.now();
      writeSync(bareHandle, line);
      bare.push(performance.now() - start);
      start = performance.now();
      log.append({ kind: 'metric', key: 'time', value: Date.now(), step: i });
      ours.push(performance.now() - start);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  log.append({ kind: 'state', state: 'completed' });
  log.close();
  console.log(JSON.stringify({ ours, bare }));
}

/** 10,000 runs of 100 points: building the index, then the ten best. */
async function manyRuns(directory, report) {
  const { openLocalStore } = await loadLibrary();
  const storeDirectory = path.join(directory, 'many');
  const count = quick ? 1000 : 10_000;
  writeRuns(storeDirectory, count, 100);
  const open = () => openLocalStore({ directory: storeDirectory, project: 'perf' });
  let store = open();
  const cpuBefore = process.cpuUsage();
  let start = performance.now();
  await store.searchRuns({ limit: 1 });
  const rebuild = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  await store.close();
  start = performance.now();
  const bytes = await bareRead(storeDirectory);
  const bare = (performance.now() - start) / 1000;
  report(`index of ${count} runs and ${(count * 100) / 1e6} M points built`, rebuild, quick ? 0.5 : 5, 's', `reading and parsing the same ${round(bytes / 1e6)} MB of journals ${round(bare)} s; CPU time of building ${round((cpu.user + cpu.system) / 1e6)} s`);
  store = open();
  await store.searchRuns({ limit: 1 });
  for (const [what, query] of [
    ['top 10 by a metric', { orderBy: 'metrics.accuracy desc', limit: 10 }],
    ['top 10 by a metric with a filter', { filter: "params.depth = 4 and state = 'completed' order by metrics.accuracy desc", limit: 10 }],
    ['newest 10', { limit: 10 }],
  ]) {
    const times = [];
    for (let i = 0; i < 50; i++) {
      start = performance.now();
      await store.searchRuns(query);
      times.push(performance.now() - start);
    }
    report(`${what} of ${count} runs (p50)`, percentile(times, 0.5), 5, 'ms', `p99 ${round(percentile(times, 0.99))} ms`);
  }
  const times = [];
  for (let i = 0; i < 20; i++) {
    start = performance.now();
    await store.searchRuns({ filter: 'params.depth = 4', limit: 100 });
    times.push(performance.now() - start);
  }
  report(`a page of 100 among ${count} runs (p50)`, percentile(times, 0.5), 25, 'ms');
  await store.close();
}

/** Journals as the store would have written them, without its fdatasyncs. */
function writeRuns(directory, count, points) {
  const project = path.join(directory, 'projects', 'perf');
  const ledger = [];
  for (let i = 0; i < count; i++) {
    const uid = `run${String(i).padStart(6, '0')}`;
    const time = 1_700_000_000_000 + i * 1000;
    const events = [
      { kind: 'created', ...run(uid, { params: { depth: i % 10, lr: 0.1 }, labels: { team: 'a' } }) },
      { kind: 'state', state: 'running' },
    ];
    for (let step = 0; step < points; step++)
      events.push({ kind: 'metric', key: step % 2 ? 'accuracy' : 'loss', value: ((i * 7919 + step) % 10007) / 10007, step });
    events.push({ kind: 'state', state: 'completed' });
    mkdirSync(path.join(project, 'runs', uid), { recursive: true });
    writeFileSync(
      path.join(project, 'runs', uid, 'events.jsonl'),
      events.map((event, at) => `${JSON.stringify({ seq: at + 1, time: time + at, ...event })}\n`).join(''),
    );
    ledger.push(`{"time":${time},"kind":"run","uid":"${uid}"}\n{"time":${time},"kind":"changed","uid":"${uid}","state":"completed"}\n`);
  }
  writeFileSync(path.join(project, 'ledger.jsonl'), ledger.join(''));
}

async function bareRead(directory) {
  const { readFileSync, readdirSync } = await import('node:fs');
  const runs = path.join(directory, 'projects', 'perf', 'runs');
  let bytes = 0;
  for (const uid of readdirSync(runs)) {
    const text = readFileSync(path.join(runs, uid, 'events.jsonl'), 'utf8');
    bytes += text.length;
    for (const line of text.split('\n')) if (line) JSON.parse(line);
  }
  return bytes;
}

/** Writers killed while they write: what the last one acknowledged must be in the journal. */
async function kills(directory, report) {
  const { openLocalStore } = await loadLibrary();
  const storeDirectory = path.join(directory, 'kills');
  const script = `import { openLocalStore } from ${JSON.stringify(pathToFileURL(library).href)}; import { writeSync } from 'node:fs';
    const [directory, uid] = process.argv.slice(2);
    const run = openLocalStore({ directory, project: 'perf' }).createRun({ uid, name: 'k', project: 'perf', runKind: 'run', params: {}, inputs: {}, labels: {} });
    for (let i = 1; ; i++) { run.append({ kind: 'metric', key: 'n', value: i, step: i }); writeSync(1, i + '\\n'); }`;
  const file = path.join(cache, 'killed.mjs');
  writeFileSync(file, script);
  const rounds = quick ? 20 : 100;
  let lost = 0;
  let acknowledged = 0;
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [file, storeDirectory, `kill${round}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const printed = await lines(child, (line) => Number(line) >= 500 + round && child.kill('SIGKILL'));
    const store = openLocalStore({ directory: storeDirectory, project: 'perf' });
    const { metrics } = await store.getRun(`kill${round}`);
    acknowledged += Number(printed.at(-1));
    lost += Math.max(0, Number(printed.at(-1)) - Number(metrics.n));
    await store.close();
  }
  report(`points lost of ${acknowledged} acknowledged in ${rounds} kill -9`, lost, 0, 'points');
}

const ended = (child) => new Promise((resolve) => child.once('exit', resolve));

async function lines(child, onLine = () => undefined) {
  const read = [];
  for await (const line of createInterface({ input: child.stdout })) {
    read.push(line);
    onLine(line);
  }
  return read;
}

const [role, ...rest] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (role === 'writer') await writer(...rest);
else await main();
