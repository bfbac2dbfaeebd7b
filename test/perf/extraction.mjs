// Extraction of notebooks against its budget, and beside it what MLRun's code_to_function takes for the same notebook in Python:
//   MLRUN_PYTHON=/path/to/venv/bin/python node test/perf/extraction.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
// below the repository, so that packages are found
const folder = mkdtempSync(path.join(root, 'node_modules/.perf-'));
const rounds = 9;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function compileSources() {
  await build({
    entryPoints: {
      extract: path.join(root, 'src/notebooks/extract-handler.ts'),
      parse: path.join(root, 'src/notebooks/parse-notebook.ts'),
      pack: path.join(root, 'src/functions/package-function.ts'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    splitting: true,
    outdir: path.join(folder, 'compiled'),
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  const load = (name) => import(pathToFileURL(path.join(folder, 'compiled', `${name}.mjs`)).href);
  const [extract, parse, pack] = await Promise.all([load('extract'), load('parse'), load('pack')]);
  return { ...extract, ...parse, ...pack };
}

/** Five kinds of cells by turns: values and prints, functions, classes, tables, and a constant defined again and again. */
function typescriptCells(count, round) {
  const kinds = [
    (i) => `const c${i} = ${i} + ${round};\nlet s${i} = c${i} * 2;\nconsole.log(c${i});`,
    (i) =>
      `interface Row${i} { a: number; b: string }\nfunction f${i}(row: Row${i}): number {\n  const { a, b } = row;\n  for (const x of [1, 2, 3]) if (x > a) return x + b.length;\n  return a${i > 5 ? ` + f${i - 5}({ a, b })` : ''};\n}`,
    (i) =>
      `class C${i} { #n = ${i}; get n(): number { return this.#n } grow(by: number) { this.#n += by; return this } }\nconst k${i} = new C${i}().grow(2);`,
    (i) =>
      `const rows${i} = [1, 2, 3].map((x) => ({ x, y: x * ${i} }));\nfor (const r of rows${i}) r.y += 1;\nrows${i}.filter((r) => r.x > 1);`,
    (i) =>
      `const RATE = ${i} / 100;\nfunction g${i}(xs: number[]) { return xs.map((x) => x * RATE + f${i - 3}({ a: x, b: path.sep })) }\ng${i}([1, 2]);`,
  ];
  const middle = Array.from({ length: count - 2 }, (_, at) => kinds[(at + 1) % 5](at + 1));
  const uses = Array.from({ length: count - 2 }, (_, at) => at + 1).flatMap((i) =>
    i % 5 === 4 ? [`g${i}([1])`] : i % 5 === 2 ? [`k${i}.n`] : i % 5 === 3 ? [`rows${i}.length`] : [],
  );
  const train = `async function train(ctx: unknown, { depth = 3 }: { depth?: number }) {\n  return [${uses.join(', ')}, depth];\n}`;
  return ["import path from 'node:path';", ...middle, train];
}

/** The same in Python, as far as it goes. */
function pythonCells(count) {
  const kinds = [
    (i) => `c${i} = ${i}\ns${i} = c${i} * 2`,
    (i) =>
      `def f${i}(row):\n    for x in [1, 2, 3]:\n        if x > row["a"]:\n            return x + len(row["b"])\n    return row["a"]${i > 5 ? ` + f${i - 5}(row)` : ''}`,
    (i) =>
      `class C${i}:\n    def __init__(self):\n        self.n = ${i}\n    def grow(self, by):\n        self.n += by\n        return self\nk${i} = C${i}().grow(2)`,
    (i) => `rows${i} = [{"x": x, "y": x * ${i}} for x in [1, 2, 3]]\nfor r in rows${i}:\n    r["y"] += 1`,
    (i) =>
      `RATE = ${i} / 100\ndef g${i}(xs):\n    return [x * RATE + f${i - 3}({"a": x, "b": "/"}) for x in xs]`,
  ];
  const middle = Array.from({ length: count - 2 }, (_, at) => kinds[(at + 1) % 5](at + 1));
  return ['import os', ...middle, 'def train(context, depth: int = 3):\n    return depth'];
}

function notebook(cells, language) {
  const kernelspec = { name: language === 'python' ? 'python3' : 'tslab', language, display_name: language };
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec, language_info: { name: language } },
    cells: cells.map((source, at) => ({
      cell_type: 'code',
      id: `c${at}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
  });
}

const failures = [];
function report(label, value, bar) {
  const ok = value <= bar;
  if (!ok) failures.push(label);
  console.log(`${ok ? 'ok  ' : 'MISS'} ${label.padEnd(58)} ${value.toFixed(0)} ms (bar ${bar} ms)`);
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function measureOurs({ extractHandlers, parseNotebook, packageFunction }, count) {
  const extraction = [];
  const whole = [];
  for (let round = 0; round < rounds; round++) {
    const text = notebook(typescriptCells(count, round), 'typescript');
    extraction.push(
      await timed(() => extractHandlers(parseNotebook(text, 'nb.ipynb'), { handlers: ['train'] })),
    );
    writeFileSync(path.join(folder, 'project/nb.ipynb'), text);
    const options = { source: 'nb.ipynb', handlers: ['train'], root: path.join(folder, 'project') };
    whole.push(
      await timed(() => packageFunction({ ...options, cacheDirectory: path.join(folder, 'project/cache') })),
    );
  }
  // the first round loads the compiler and is not warm
  return { extraction: median(extraction.slice(1)), whole: median(whole.slice(1)) };
}

/** Times in a process that has imported mlrun already; the import is given apart. */
function measureMlrun(python, file) {
  const program = `
import json, sys, time, warnings, logging
warnings.filterwarnings('ignore')
start = time.perf_counter()
import mlrun
logging.disable(logging.CRITICAL)
imported = time.perf_counter() - start
times = []
for _ in range(3):
    start = time.perf_counter()
    function = mlrun.code_to_function(name='train', filename=sys.argv[1], kind='job', image='mlrun/mlrun', handler='train')
    times.append(time.perf_counter() - start)
print(json.dumps({'version': mlrun.__version__, 'imported': imported, 'times': times, 'code': bool(function.spec.build.functionSourceCode)}))
`;
  const env = { ...process.env, MLRUN_DBPATH: '', MLRUN_HTTPDB__DISABLE_VERSION_CHECK: 'true' };
  const { stdout, stderr, status } = spawnSync(python, ['-c', program, file], { encoding: 'utf8', env, cwd: folder });
  if (status !== 0) throw new Error(`MLRun failed: ${stderr.trim().split('\n').slice(-3).join('\n')}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

try {
  mkdirSync(path.join(folder, 'project'));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'project/node_modules'));
  const ours = await compileSources();
  const results = new Map();
  for (const count of [10, 300]) results.set(count, await measureOurs(ours, count));
  for (const [count, { extraction, whole }] of results) {
    report(`extraction, ${count} cells, warm`, extraction, 300);
    console.log(`     notebook → bundle, ${count} cells, warm: ${whole.toFixed(0)} ms`);
  }
  const python = process.env.MLRUN_PYTHON;
  if (python === undefined) console.log('     MLRun not measured: set MLRUN_PYTHON to a Python that has it (pip install mlrun)');
  else
    for (const [count, { whole }] of results) {
      const file = path.join(folder, `python-${count}.ipynb`);
      writeFileSync(file, notebook(pythonCells(count), 'python'));
      const { version, imported, times, code } = measureMlrun(python, file);
      if (!code) throw new Error('MLRun made a function without code');
      const theirs = median(times) * 1000;
      console.log(
        `     MLRun ${version} code_to_function, ${count} cells: ${theirs.toFixed(0)} ms (${(theirs / whole).toFixed(0)} × ours), import mlrun ${imported.toFixed(1)} s`,
      );
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures.length > 0 ? 1 : 0;
