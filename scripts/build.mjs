// Builds dist/: ESM with shared chunks, and a CommonJS copy of the public entries for notebook kernels.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const entries = { index: 'src/index.ts', cli: 'src/cli/main.ts' };
const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
};

// packages of the server that bring machine code, which cannot be bundled
const serverPackages = ['@photostructure/sqlite'];

const { metafile, outputFiles } = await build({
  ...common,
  metafile: true,
  entryPoints: present,
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
});

// the runner starts with every process: one small file of what each run needs, the rest loaded when it is asked for
const runnerEntries = {
  runner: 'src/runtime/runner-process.ts',
  // what images start: the same runner, which takes its job from outside the container
  'container-runner': 'src/runtime/container-runner.ts',
};
const runner = await build({
  ...common,
  metafile: true,
  entryPoints: Object.fromEntries(Object.entries(runnerEntries).filter(([, file]) => existsSync(file))),
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  minify: true,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/runner-[name]-[hash]',
});

// what pods start; apart from the runner, which must not be cut into more files for it
const agentEntries = { 'pod-agent': 'src/tuning/pod-agent.ts', 'step-pod': 'src/pipelines/step-pod.ts' };
const agent = await build({
  ...common,
  metafile: true,
  entryPoints: Object.fromEntries(Object.entries(agentEntries).filter(([, file]) => existsSync(file))),
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  minify: true,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/agent-[name]-[hash]',
});

writeOutputs([...runner.outputFiles, ...agent.outputFiles, ...outputFiles]);
// npm links it as a command; a clone links it before it is built
chmodSync('dist/cli.mjs', 0o755);
removeStaleChunks(
  new Set([metafile, runner.metafile, agent.metafile].flatMap(({ outputs }) => Object.keys(outputs))),
);
writeImageParts();
if (existsSync('src/cli/server-image.ts')) await buildServer();

if (present.index) {
  const copy = await build({
    ...common,
    entryPoints: { index: present.index },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // import.meta.url does not exist in CommonJS
    define: { 'import.meta.url': 'slipwayModuleUrl' },
    banner: { js: 'const slipwayModuleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  writeOutputs(copy.outputFiles);
}

/**
 * Each file whole or not at all, those that others import first, and none that is as it was: a process that started from an earlier
 * build goes on loading from here.
 */
function writeOutputs(files) {
  const isChunk = (file) => Number(file.includes(`${path.sep}chunks${path.sep}`));
  for (const { path: file, contents } of files.toSorted((a, b) => isChunk(b.path) - isChunk(a.path))) {
    if (existsSync(file) && readFileSync(file).equals(contents)) {
      const now = new Date();
      utimesSync(file, now, now);
      continue;
    }
    mkdirSync(path.dirname(file), { recursive: true });
    const aside = `${file}.${process.pid}`;
    writeFileSync(aside, contents, { mode: path.basename(file) === 'cli.mjs' ? 0o755 : 0o644 });
    renameSync(aside, file);
  }
}

/** Chunks of earlier builds go after an hour: a process started from them may still load some. */
function removeStaleChunks(current) {
  const hour = 3_600_000;
  for (const name of readdirSync('dist/chunks')) {
    const file = path.posix.join('dist/chunks', name);
    if (!current.has(file) && Date.now() - statSync(file).mtimeMs > hour) rmSync(file);
  }
}

/**
 * What goes into every image: the first process, by platform, and the list of files and packages of the runner. Bundles that use
 * the public API at run time need that too, but none of the packages that only build, submit or serve.
 */
function writeImageParts() {
  mkdirSync('dist/init', { recursive: true });
  for (const platform of ['linux-amd64', 'linux-arm64'])
    copyFileSync(`src/functions/image/init/init-${platform}`, `dist/init/${platform}`);
  const entry = runner.metafile.outputs['dist/container-runner.mjs'] ? 'container-runner.mjs' : 'runner.mjs';
  const pod = agent.metafile.outputs['dist/pod-agent.mjs']
    ? { agent: 'pod-agent.mjs', step: 'step-pod.mjs' }
    : {};
  const outputs = { ...metafile.outputs, ...runner.metafile.outputs, ...agent.metafile.outputs };
  // the agent of a pod starts the runner as a process of its own
  const started = [entry, 'runner.mjs', ...Object.values(pod)];
  const own = reachable(
    outputs,
    started.map((file) => `dist/${file}`),
  );
  const api = reachable(outputs, ['dist/index.mjs']);
  const files = [...new Set([...own.files, ...api.files])].sort().map((file) => ({
    path: path.posix.relative('dist', file),
    digest: `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`,
  }));
  // loaded by name where they are needed, which a bundler does not see
  const packages = [...new Set([...own.packages, '@duckdb/node-api', '@photostructure/sqlite'])].sort();
  const list = `dist/image-parts.json.${process.pid}`;
  writeFileSync(list, `${JSON.stringify({ entry, ...pod, files, packages }, undefined, 2)}\n`);
  renameSync(list, 'dist/image-parts.json');
}

/** The files that are imported from some, at once or later, and the packages that these import. */
function reachable(outputs, entries) {
  const files = new Set();
  const packages = new Set();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file) || !outputs[file]) continue;
    files.add(file);
    for (const { path: target, external } of outputs[file].imports)
      if (!external) queue.push(target);
      else if (!isBuiltin(target))
        packages.add(
          target
            .split('/')
            .slice(0, target.startsWith('@') ? 2 : 1)
            .join('/'),
        );
  }
  return { files, packages };
}

/**
 * What the image of the tracking server runs: one file with all that it needs but SQLite, whose machine code comes in a package; and
 * beside it what is in that file.
 */
async function buildServer() {
  const { metafile: server, outputFiles: written } = await build({
    ...common,
    metafile: true,
    entryPoints: { server: 'src/cli/server-image.ts' },
    outdir: 'dist/server-image',
    format: 'esm',
    packages: 'bundle',
    minify: true,
    keepNames: true,
    sourcemap: false,
    outExtension: { '.js': '.mjs' },
    external: [...serverPackages, 'pg-native'],
    // CommonJS packages ask for modules by `require`
    banner: {
      js: "import { createRequire as slipwayCreateRequire } from 'node:module'; const require = slipwayCreateRequire(import.meta.url);",
    },
  });
  writeOutputs(written);
  const [output] = Object.values(server.outputs);
  const bundled = new Map();
  for (const input of Object.keys(output.inputs)) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (folder === undefined || bundled.has(folder)) continue;
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    bundled.set(folder, { name, version, ...(typeof license === 'string' ? { license } : {}) });
  }
  const contents = written[0].contents;
  const parts = {
    digest: `sha256:${createHash('sha256').update(contents).digest('hex')}`,
    packages: serverPackages,
    bundled: [...bundled.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
  const list = `dist/server-image/parts.json.${process.pid}`;
  writeFileSync(list, `${JSON.stringify(parts, undefined, 2)}\n`);
  renameSync(list, 'dist/server-image/parts.json');
}
