import { type Dirent, readdirSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { imagePackagePlatform } from '../build-errors.ts';
import type { LayerEntry } from '../layers/layer-entry.ts';
import { renderPlatform } from '../oci/platform.ts';
import { type NativeFile, readNativeFile } from './native-file.ts';
import type { PlacedPackage } from './package-closure.ts';
import { type PackageTarget, packageId, platformOfName } from './target.ts';

interface Walk {
  readonly target: PackageTarget;
  readonly entries: LayerEntry[];
  /** Addons and programs: kept for the target, left out for others. */
  kept: number;
  left: number;
}

/**
 * The files of a package for one platform: all of them but machine code for other systems and processors, and the packages
 * nested in its folder, which are placed on their own.
 * @throws IMAGE_PACKAGE_PLATFORM where all of its machine code is for other platforms
 */
export function packageEntries(
  { at, found }: PlacedPackage,
  folder: string,
  target: PackageTarget,
): readonly LayerEntry[] {
  const walk: Walk = { target, entries: [], kept: 0, left: 0 };
  addFolder(walk, found.directory, `${folder}/${at}`);
  if (walk.left > 0 && walk.kept === 0 && !isPartOfAnother(found.manifest.optionalDependencies))
    throw imagePackagePlatform(
      `native package "${packageId(found)}" has no build for ${renderPlatform(target.platform)}`,
      {
        hint: target.isHost
          ? 'what is installed is for another platform: install the packages of the project again here'
          : 'its machine code is made when it is installed; build the image on a machine of that platform, or use another package',
        details: { package: found.name, version: found.version, platform: renderPlatform(target.platform) },
      },
    );
  return walk.entries;
}

/** Its machine code for the target comes in another package. */
const isPartOfAnother = (optional: Readonly<Record<string, string>> = {}): boolean =>
  Object.keys(optional).some((name) => platformOfName(name) !== undefined);

function addFolder(walk: Walk, from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.name !== 'node_modules')
      addPath(walk, entry, path.join(from, entry.name), `${to}/${entry.name}`);
}

function addPath(walk: Walk, entry: Dirent, file: string, to: string): void {
  if (entry.isDirectory()) addFolder(walk, file, to);
  else if (entry.isSymbolicLink()) addLink(walk, file, to);
  else if (entry.isFile()) addFile(walk, file, to);
}

function addLink(walk: Walk, file: string, to: string): void {
  const target = readlinkSync(file);
  // a link that leads out of the package would lead nowhere in the image
  if (!path.isAbsolute(target) && !path.normalize(path.join(path.dirname(to), target)).startsWith('..'))
    walk.entries.push({ path: to, mode: 0o777, content: { kind: 'symlink', target } });
}

function addFile(walk: Walk, file: string, to: string): void {
  const native = readNativeFile(file);
  if (native && !isFor(native, to, walk.target)) {
    walk.left += 1;
    return;
  }
  if (native) walk.kept += 1;
  const { size, mode } = statSync(file);
  // what a umask made of the rest differs between machines
  walk.entries.push({
    path: to,
    mode: (mode & 0o100) !== 0 ? 0o755 : 0o644,
    content: { kind: 'file', file, size },
  });
}

function isFor(native: NativeFile, file: string, target: PackageTarget): boolean {
  if (native.format !== 'elf' || native.architecture !== target.platform.architecture) return false;
  // builds for both C libraries lie side by side, and only their names tell which is which
  return target.libc === 'musl' || !/[-_.]?musl\b/.test(file);
}
