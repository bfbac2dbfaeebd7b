// Writes docs/cli.md from the tables of commands and options; with --check only says whether it is current.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const target = path.join(root, 'docs', 'cli.md');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-docs-'));

try {
  const file = path.join(folder, 'reference.mjs');
  await build({
    stdin: {
      contents: `export { commandGroups } from './src/cli/command-table.ts';
export { renderReference } from './src/cli/render-reference.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: file,
    // commands load their own code when they run, which this does not
    plugins: [
      {
        name: 'leave-commands-out',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\.\/commands\// }, ({ path: name }) => ({ path: name, external: true })),
      },
    ],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  const { commandGroups, renderReference } = await import(pathToFileURL(file).href);
  const text = renderReference(commandGroups);
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== text) {
      process.stderr.write('docs/cli.md is out of date; run node scripts/render-cli-docs.mjs\n');
      process.exitCode = 1;
    }
  } else writeFileSync(target, text);
} finally {
  rmSync(folder, { recursive: true });
}
