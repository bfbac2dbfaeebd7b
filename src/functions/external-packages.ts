import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import type { Metafile } from 'esbuild';
import {
  findInstalledPackage,
  type InstalledPackage,
  packageFolder,
  packageName,
  readInstalledPackage,
} from './installed-package.ts';
import { isNativePackage, wellKnownNatives } from './native-package.ts';

/** The package that an import from a folder must be left to, or undefined where it can be bundled. */
export type ExternalLookup = (specifier: string, from: string) => InstalledPackage | undefined;

/**
 * Looks packages up once for each package that imports them.
 * @param leftOut names to leave out whatever their packages are
 */
export function createExternalLookup(leftOut: (name: string) => boolean): ExternalLookup {
  const seen = new Map<string, InstalledPackage | undefined>();
  return (specifier, from) => {
    if (isBuiltin(specifier) || specifier.includes(':')) return undefined;
    const name = packageName(specifier);
    const key = `${name}\n${packageFolder(from) ?? from}`;
    if (!seen.has(key)) {
      const found = findInstalledPackage(name, from);
      seen.set(key, found && (leftOut(name) || isNativePackage(found)) ? found : undefined);
    }
    return seen.get(key);
  };
}

/**
 * Beginnings of imports that may well have to be left out: esbuild asks about these alone, because every question costs
 * a round trip to its process. What this misses, `missedPackages` finds in what was built.
 */
export function likelyExternals(directory: string, forced: readonly string[]): Set<string> {
  const likely = new Set([...wellKnownNatives, ...forced]);
  for (let folder = directory; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json')))
      for (const name of declaredPackages(folder)) likely.add(name);
    if (path.dirname(folder) === folder) return likely;
  }
}

function declaredPackages(folder: string): string[] {
  try {
    const { manifest } = readInstalledPackage(folder);
    return [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap((names) =>
      Object.keys(names ?? {}),
    );
  } catch {
    // only a hint: whether a broken package.json matters is for those to say who need it
    return [];
  }
}

/** A filter of esbuild's that lets these beginnings through. */
export function beginsWith(beginnings: Iterable<string>): RegExp {
  const escaped = [...beginnings].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^(?:${escaped.join('|')})`);
}

/**
 * Names of packages that went into a build, or were looked for, although they must be left out.
 * @param folderOf the folder that the imports of an input start from
 */
export function missedPackages(
  { inputs }: Metafile,
  folderOf: (input: string) => string,
  lookup: ExternalLookup,
  asked: RegExp,
): string[] {
  const missed = new Set<string>();
  for (const [input, { imports }] of Object.entries(inputs)) {
    const bare = imports
      .map(({ original, path: target }) => original ?? target)
      .filter((specifier) => /^[^./]/.test(specifier) && !asked.test(specifier));
    const folder = bare.length > 0 ? folderOf(input) : '';
    for (const specifier of bare) if (lookup(specifier, folder)) missed.add(packageName(specifier));
  }
  return [...missed];
}
