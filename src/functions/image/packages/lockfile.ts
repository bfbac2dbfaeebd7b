import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What package-lock.json says about one package. */
export interface LockedPackage {
  readonly version: string;
  /** `sha512-<base64>` */
  readonly integrity?: string;
}

/** The packages of the project's own lockfile. */
export interface Lockfile {
  /** The version of a package, where the lockfile has one alone. */
  version(name: string): string | undefined;
  /** Integrity of the archive of this very version. */
  integrity(name: string, version: string): string | undefined;
}

/** Reads the nearest package-lock.json (or npm-shrinkwrap.json) from a folder upwards; an empty one where there is none. */
export function readLockfile(from: string): Lockfile {
  const versions = new Map<string, Set<string>>();
  const integrities = new Map<string, string>();
  for (const [place, { version, integrity }] of Object.entries(lockedPackages(from))) {
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (!place.includes('node_modules/') || version === undefined) continue;
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
    if (integrity !== undefined) integrities.set(`${name}@${version}`, integrity);
  }
  return {
    version(name) {
      const known = versions.get(name);
      return known?.size === 1 ? [...known][0] : undefined;
    },
    integrity: (name, version) => integrities.get(`${name}@${version}`),
  };
}

function lockedPackages(from: string): Readonly<Record<string, Partial<LockedPackage>>> {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    for (const name of ['npm-shrinkwrap.json', 'package-lock.json']) {
      const file = path.join(folder, name);
      if (existsSync(file)) return parseLockfile(readFileSync(file, 'utf8'));
    }
    if (path.dirname(folder) === folder) return {};
  }
}

function parseLockfile(text: string): Readonly<Record<string, Partial<LockedPackage>>> {
  try {
    return (JSON.parse(text) as { packages?: Record<string, Partial<LockedPackage>> }).packages ?? {};
  } catch {
    // npm itself says what is wrong with it; what is installed counts here
    return {};
  }
}
