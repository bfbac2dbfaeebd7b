// Builds dist/: ESM with shared chunks, and a CommonJS copy of the public entries for notebook kernels.
import { existsSync } from 'node:fs';
import { build } from 'esbuild';

const entries = { index: 'src/index.ts', cli: 'src/cli/main.ts', runner: 'src/runtime/runner-process.ts' };
const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  keepNames: true,
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: present,
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
});

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
