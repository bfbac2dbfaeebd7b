import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { digestBytes } from '../../../core/digest.ts';
import type { Json } from '../../../core/json.ts';
import { packageFolder } from '../../installed-package.ts';
import type { LayerEntry } from '../layers/layer-entry.ts';
import type { PlacedPackage } from './package-closure.ts';
import { packageEntries } from './package-entries.ts';
import { type PackageTarget, packageId } from './target.ts';

/** What decides a layer of packages: which, at which version, placed where, for which platform. */
export function packageLayerInputs(
  folder: string,
  placed: readonly PlacedPackage[],
  { platform, libc }: PackageTarget,
): Json {
  return {
    kind: 'packages',
    format: 1,
    folder,
    platform: { ...platform },
    libc,
    packages: placed.map(({ at, found }) => [at, packageId(found), stampOf(found.directory)]),
  };
}

/**
 * A fresh install of the same version gives another time, and at worst the same layer once more. A folder of one's own (a workspace, a
 * link) changes without a new version: all its files count.
 */
function stampOf(directory: string): string {
  if (packageFolder(directory) !== undefined) return stampOfFile(path.join(directory, 'package.json'));
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return digestBytes(
    files
      .filter((file) => !file.split(path.sep).includes('node_modules'))
      .map((file) => `${file} ${stampOfFile(path.join(directory, file))}`)
      .join('\n'),
  );
}

function stampOfFile(file: string): string {
  const { mtimeMs, size } = lstatSync(file);
  return `${mtimeMs} ${size}`;
}

/** @throws IMAGE_PACKAGE_PLATFORM */
export function packageLayerEntries(
  folder: string,
  placed: readonly PlacedPackage[],
  target: PackageTarget,
): readonly LayerEntry[] {
  return placed.flatMap((each) => packageEntries(each, folder, target));
}
