import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';

/** Beside main.mjs, for this machine only: no part of the bundle, in no image and no function.yaml. */
const fileName = 'local.json';

/** What a new bundle's folder holds beside the bundle. */
export function rootFiles(root: string): Readonly<Record<string, string>> {
  return { [fileName]: `${JSON.stringify({ root })}\n` };
}

/** Remembers the folder that the source map's `source:` names are relative to. */
export function rememberRoot(directory: string, root: string): void {
  if (localRoot(directory) === root) return;
  for (const [name, text] of Object.entries(rootFiles(root)))
    writeFileAtomic(path.join(directory, name), text);
}

export function localRoot(directory: string): string | undefined {
  const file = path.join(directory, fileName);
  if (!existsSync(file)) return undefined;
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { root?: string }).root;
  } catch {
    // it is not synced: what a power cut damages is written again with the next build
    return undefined;
  }
}
