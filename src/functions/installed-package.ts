import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** What a package.json says, as far as packaging cares. */
export interface PackageManifest {
  readonly name?: string;
  readonly version?: string;
  readonly gypfile?: boolean;
  readonly binary?: unknown;
  readonly napi?: unknown;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly license?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Real path of its folder. */
  readonly directory: string;
  readonly manifest: PackageManifest;
}

/** `@scope/name` or `name` of an import specifier. */
export function packageName(specifier: string): string {
  const [first = '', second] = specifier.split('/');
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first;
}

/** The package that an import from this folder finds, by walking up `node_modules` folders as Node does. */
export function findInstalledPackage(name: string, from: string): InstalledPackage | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json')))
      return readInstalledPackage(realpathSync(candidate), name);
    if (path.dirname(folder) === folder) return undefined;
  }
}

export function readInstalledPackage(directory: string, name?: string): InstalledPackage {
  const manifest = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as PackageManifest;
  return {
    name: name ?? manifest.name ?? path.basename(directory),
    version: manifest.version ?? '0.0.0',
    directory,
    manifest,
  };
}

/** Folder of the package that a file below `node_modules` belongs to; undefined for files of one's own. */
export function packageFolder(file: string): string | undefined {
  const marker = `${path.sep}node_modules${path.sep}`;
  const at = file.lastIndexOf(marker);
  if (at < 0) return undefined;
  const start = at + marker.length;
  return (
    file.slice(0, start) + packageName(file.slice(start).split(path.sep).join('/')).split('/').join(path.sep)
  );
}
