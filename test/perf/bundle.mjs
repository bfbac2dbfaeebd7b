// Notebook → bundle against its budgets: own code only, with packages against bare esbuild, and nothing changed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
// below the repository, so that packages are found
const folder = mkdtempSync(path.join(root, 'node_modules/.perf-'));
const project = path.join(folder, 'project');

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
const cell = (source) => ({ cell_type: 'code', id: 'x', metadata: {}, source, outputs: [], execution_count: null });
const notebook = (cells) =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { language: 'typescript' } }, cells: cells.map(cell) });

async function compileSources() {
  const file = path.join(folder, 'package-function.mjs');
  await build({
    entryPoints: [path.join(root, 'src/functions/package-function.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    splitting: true,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  return file;
}

function writeNotebook(name, round, packages) {
  const imports = packages ? "import * as arrow from 'apache-arrow'\nimport { parse } from 'csv-parse/sync'\nimport { stringify } from 'yaml'" : "import path from 'node:path'";
  const body = packages ? 'arrow.tableFromArrays({ a: [1] }).numRows + parse("a").length + stringify({}).length' : 'path.sep.length';
  const helpers = Array.from({ length: 20 }, (_, i) => `function helper${i}(n: number) { return n + ${i} + ${round} }`);
  const train = `/** Trains. */\nasync function train(ctx: unknown, { depth = 4 }: { depth?: number }) { return { n: ${helpers.map((_, i) => `helper${i}(depth)`).join(' + ')} + ${body} } }`;
  writeFileSync(path.join(project, name), notebook([imports, ...helpers, 'console.log(1)', train]));
}

async function bareEsbuild(round) {
  const contents = `import * as arrow from 'apache-arrow';\nimport { parse } from 'csv-parse/sync';\nimport { stringify } from 'yaml';\nexport const train = () => arrow.tableFromArrays({ a: [${round}] }).numRows + parse('a').length + stringify({}).length;`;
  await build({
    stdin: { contents, resolveDir: project, loader: 'ts' },
    absWorkingDir: project,
    outfile: path.join(project, 'bare.mjs'),
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'external',
    minifyWhitespace: true,
    keepNames: true,
    charset: 'utf8',
    legalComments: 'none',
  });
}

/** Time of packaging unchanged sources in a process that has done nothing before, imports included, and what it loaded. */
function unchangedInFreshProcess(file, name) {
  const program = `
const before = process.cpuUsage();
const start = performance.now();
const { packageFunction } = await import(${JSON.stringify(pathToFileURL(file).href)});
const { report } = await packageFunction({ source: ${JSON.stringify(name)}, handlers: ['train'], root: ${JSON.stringify(project)}, cacheDirectory: ${JSON.stringify(path.join(project, 'cache'))} });
const wall = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const { createRequire } = await import('node:module');
const loaded = Object.keys(createRequire(import.meta.url).cache).filter((each) => /typescript-ast|esbuild.lib/.test(each));
console.log(JSON.stringify({ wall, cpu: (user + system) / 1000, reused: report.reused, loaded }));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

const failures = [];
function report(label, value, bar, unit) {
  const ok = value <= bar;
  if (!ok) failures.push(label);
  console.log(`${ok ? 'ok  ' : 'MISS'} ${label.padEnd(58)} ${value.toFixed(2)} ${unit} (bar ${bar} ${unit})`);
}

try {
  mkdirSync(project);
  symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
  const file = await compileSources();
  const { packageFunction } = await import(pathToFileURL(file).href);
  const pack = (source) => packageFunction({ source, handlers: ['train'], root: project, cacheDirectory: path.join(project, 'cache') });

  writeNotebook('own.ipynb', 0, false);
  const cold = await timed(() => pack('own.ipynb'));
  const own = [];
  const packaged = [];
  const bare = [];
  for (let round = 1; round <= 12; round++) {
    writeNotebook('own.ipynb', round, false);
    own.push(await timed(() => pack('own.ipynb')));
    writeNotebook('packages.ipynb', round, true);
    bare.push(await timed(() => bareEsbuild(round)));
    packaged.push(await timed(() => pack('packages.ipynb')));
  }
  const unchanged = Array.from({ length: 5 }, () => unchangedInFreshProcess(file, 'own.ipynb'));
  const unchangedPackages = Array.from({ length: 5 }, () => unchangedInFreshProcess(file, 'packages.ipynb'));

  console.log(`     first bundle of a process, TypeScript and esbuild loaded: ${cold.toFixed(0)} ms`);
  report('notebook → bundle, own code only, warm', median(own), 200, 'ms');
  // the fastest of each: what else the machine does only ever adds
  const [ours, theirs] = [Math.min(...packaged), Math.min(...bare)];
  console.log(`     with apache-arrow, csv-parse, yaml: ${ours.toFixed(0)} ms, bare esbuild ${theirs.toFixed(0)} ms`);
  report('notebook → bundle with packages / bare esbuild', ours / theirs, 1.3, '×');
  for (const [label, runs] of Object.entries({ 'own code': unchanged, 'with packages': unchangedPackages })) {
    // processor time: what the command costs, whatever else the machine does meanwhile
    report(`nothing changed, fresh process, ${label}`, median(runs.map((each) => each.cpu)), 50, 'ms');
    console.log(`     wall time ${median(runs.map((each) => each.wall)).toFixed(0)} ms`);
  }
  const idle = [...unchanged, ...unchangedPackages].every((each) => each.reused && each.loaded.length === 0);
  console.log(`${idle ? 'ok  ' : 'MISS'} nothing changed: neither TypeScript nor esbuild loaded`);
  if (!idle) failures.push('nothing changed loads compilers');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures.length > 0 ? 1 : 0;
