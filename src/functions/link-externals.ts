import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { packageNotFound } from './errors.ts';
import { findInstalledPackage, type InstalledPackage, readInstalledPackage } from './installed-package.ts';

/**
 * Makes the packages left out of a bundle findable from its folder, wherever the cache lies: links in `node_modules`
 * beside main.mjs. They belong to this machine and are no part of the bundle.
 */
export function linkExternals(directory: string, externals: Iterable<InstalledPackage>): void {
  for (const found of externals) {
    const link = path.join(directory, 'node_modules', found.name);
    if (lstatSync(link, { throwIfNoEntry: false })) {
      if (readlinkSync(link) === found.directory) continue;
      rmSync(link);
    }
    mkdirSync(path.dirname(link), { recursive: true });
    try {
      symlinkSync(found.directory, link, 'junction');
    } catch (error) {
      // another process has linked the same package meanwhile
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * The installed packages that a manifest asks for, looked up from several folders.
 * @throws PACKAGE_NOT_FOUND naming package and version
 */
export function resolveExternals(
  externals: Readonly<Record<string, string>>,
  from: readonly string[],
): InstalledPackage[] {
  return Object.entries(externals).map(([name, version]) => {
    for (const folder of from) {
      const found = findInstalledPackage(name, folder);
      if (found?.version === version) return found;
    }
    throw packageNotFound(
      `package "${name}" at version ${version}, which the function needs, is not installed`,
      {
        hint: `run \`npm install ${name}@${version}\``,
        details: { package: name, version },
      },
    );
  });
}

/** Whether the links are there and lead to the right versions; a fresh install can have moved or changed packages. */
export function hasExternals(directory: string, externals: Readonly<Record<string, string>>): boolean {
  return Object.entries(externals).every(([name, version]) => {
    const folder = path.join(directory, 'node_modules', name);
    return (
      existsSync(path.join(folder, 'package.json')) && readInstalledPackage(folder, name).version === version
    );
  });
}
