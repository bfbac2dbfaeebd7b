import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { explainDiskError } from '../core/atomic-file.ts';
import { digestBytes } from '../core/digest.ts';
import { createUid } from '../core/id.ts';
import type { Bundle, BundleManifest } from './function-spec.ts';

/** The files of a bundle, by name. */
export type BundleFiles = Readonly<Record<'main.mjs' | 'main.mjs.map' | 'manifest.json', string>>;

export function bundleFiles(code: string, map: string, manifest: BundleManifest): BundleFiles {
  return {
    'main.mjs': code,
    'main.mjs.map': map,
    'manifest.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
  };
}

/** The code as main.mjs holds it. */
export function withMapReference(code: string): string {
  return `${code.trimEnd()}\n//# sourceMappingURL=main.mjs.map\n`;
}

export interface WrittenBundle extends Bundle {
  /** Whether the same files were there already. */
  readonly existed: boolean;
}

/**
 * Puts a bundle into the cache: `<cache>/bundles/<hex of the digest>/`, complete or not at all. Sources that differ only in
 * comments have one digest but other line numbers; the later one gets a folder of its own beside the first.
 * @param beside files that a new folder gets too and that are no part of the bundle
 */
export function writeBundle(
  files: BundleFiles,
  manifest: BundleManifest,
  cacheDirectory: string,
  beside: Readonly<Record<string, string>> = {},
): WrittenBundle {
  const bundles = path.join(cacheDirectory, 'bundles');
  const hex = manifest.digest.replace(/^sha256:/, '');
  for (const folderName of [() => hex, () => `${hex}-${variantOf(files)}`]) {
    const directory = path.join(bundles, folderName());
    const state = compareFolder(directory, files);
    if (state === 'other') continue;
    if (state === 'same') return { directory, digest: manifest.digest, manifest, existed: true };
    if (moveIntoPlace(directory, { ...files, ...beside }))
      return { directory, digest: manifest.digest, manifest, existed: false };
    // another process was faster: look again at what it wrote
    if (compareFolder(directory, files) === 'same')
      return { directory, digest: manifest.digest, manifest, existed: true };
  }
  const directory = path.join(bundles, `${hex}-${variantOf(files)}`);
  // only a damaged folder under this very name gets here
  rmSync(directory, { recursive: true, force: true });
  moveIntoPlace(directory, { ...files, ...beside });
  return { directory, digest: manifest.digest, manifest, existed: false };
}

/** Tells bundles of one digest apart; megabytes to digest, so only asked for when there are several. */
function variantOf(files: BundleFiles): string {
  return digestBytes(Object.values(files).join('\0')).slice('sha256:'.length, 'sha256:'.length + 12);
}

function compareFolder(directory: string, files: BundleFiles): 'same' | 'other' | 'absent' {
  if (!statSync(directory, { throwIfNoEntry: false })) return 'absent';
  const same = Object.entries(files).every(
    ([name, text]) => readIfThere(path.join(directory, name)) === text,
  );
  return same ? 'same' : 'other';
}

function readIfThere(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'utf8') : undefined;
}

function moveIntoPlace(directory: string, files: Readonly<Record<string, string>>): boolean {
  const aside = `${directory}.${createUid()}.tmp`;
  try {
    mkdirSync(aside, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(aside, name), text);
    renameSync(aside, directory);
    return true;
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw explainDiskError(error, directory);
  }
}

/** Whether the folder holds the whole bundle. */
export function isCompleteBundle(directory: string, manifest: BundleManifest): boolean {
  const main = statSync(path.join(directory, 'main.mjs'), { throwIfNoEntry: false });
  return (
    main?.size === manifest.size &&
    ['main.mjs.map', 'manifest.json'].every((name) => existsSync(path.join(directory, name)))
  );
}
