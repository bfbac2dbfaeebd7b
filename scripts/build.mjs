// Builds dist/: ESM with shared chunks, and a CommonJS copy of the public entries for notebook kernels.
import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
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
};

const { metafile } = await build({
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
await build({
  ...common,
  entryPoints: { runner: 'src/runtime/runner-process.ts' },
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  minify: true,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/runner-[name]-[hash]',
});

// npm links it as a command; a clone links it before it is built
chmodSync('dist/cli.mjs', 0o755);
removeStaleChunks(new Set(Object.keys(metafile.outputs)));

if (present.index)
  await build({
    ...common,
    entryPoints: { index: present.index },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // import.meta.url does not exist in CommonJS
    define: { 'import.meta.url': 'slipwayModuleUrl' },
    banner: { js: 'const slipwayModuleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });

/** Chunks of earlier builds go after an hour: a process started from them may still load some. */
function removeStaleChunks(current) {
  const hour = 3_600_000;
  for (const name of readdirSync('dist/chunks')) {
    const file = path.posix.join('dist/chunks', name);
    if (!current.has(file) && Date.now() - statSync(file).mtimeMs > hour) rmSync(file);
  }
}
