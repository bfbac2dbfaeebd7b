import { createHash } from 'node:crypto';
import path from 'node:path';
import { build } from 'esbuild';

const repository = path.resolve(import.meta.dirname, '../..');

/** Builds a script that imports from `src/` into a file that plain Node runs; inside the repository, where it finds its packages. */
export async function buildScript(code: string): Promise<string> {
  const name = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const outfile = path.join(
    repository,
    'node_modules',
    '.cache',
    'slipway-test',
    `${name}-${process.pid}.mjs`,
  );
  await build({
    stdin: { contents: code, resolveDir: repository, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    outfile,
    logLevel: 'silent',
  });
  return outfile;
}
