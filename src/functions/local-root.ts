import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';

/** Beside main.mjs, for this machine only: no part of the bundle, in no image and no function.yaml. */
const fileName = 'local.json';

/** Remembers the folder that the source map's `source:` names are relative to. */
export function rememberRoot(directory: string, root: string): void {
  if (localRoot(directory) !== root)
    writeFileAtomic(path.join(directory, fileName), `${JSON.stringify({ root })}\n`);
}

export function localRoot(directory: string): string | undefined {
  const file = path.join(directory, fileName);
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { root?: string }).root;
}
