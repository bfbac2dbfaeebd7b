import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

let root: string | undefined;

/** The folder of the installed `slipway` package; found from this file, so it holds for sources, ESM and CommonJS builds. */
export function packageRoot(): string {
  root ??= findRoot(path.dirname(fileURLToPath(import.meta.url)));
  return root;
}

function findRoot(from: string): string {
  const manifest = path.join(from, 'package.json');
  if (
    existsSync(manifest) &&
    (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'slipway'
  )
    return from;
  const parent = path.dirname(from);
  if (parent === from) throw new Error('the slipway package cannot find its own package.json');
  return findRoot(parent);
}

/** Version of the installed package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string })
    .version;
}
