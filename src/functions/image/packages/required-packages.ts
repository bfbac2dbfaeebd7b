import { findInstalledPackage, type InstalledPackage } from '../../installed-package.ts';
import { imageOptionsInvalid } from '../build-errors.ts';
import { installRequirement } from './install-requirement.ts';
import type { PackageTarget } from './target.ts';

/** A package to add to an image: `lodash`, `lodash@4.17.21`, `@scope/name@1.0.0`. */
export interface Requirement {
  readonly name: string;
  /** Exact; absent where the project's own version is meant. */
  readonly version?: string;
}

/** @throws IMAGE_OPTIONS_INVALID */
export function parseRequirement(text: string): Requirement {
  const [, name, version] = /^((?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*)(?:@(.+))?$/i.exec(text) ?? [];
  if (name === undefined)
    throw imageOptionsInvalid(`requirement "${text}" is not the name of a package`, {
      hint: 'write name or name@version, e.g. lodash@4.17.21',
    });
  if (version === undefined) return { name };
  if (/^\d+\.\d+\.\d+(?:[-+].+)?$/.test(version)) return { name, version };
  throw imageOptionsInvalid(`requirement "${text}" has no exact version`, {
    hint: `the same image must come out everywhere: write ${name}@1.2.3, or install it in the project and write ${name}`,
  });
}

/**
 * The packages that requirements name: the project's own where it has them at that version, else fetched with npm, scripts off,
 * into the cache, at what `requirements.lock.json` says of the packages below them.
 * @throws IMAGE_OPTIONS_INVALID, IMAGE_PACKAGE_UNAVAILABLE
 */
export async function requiredPackages(
  requirements: readonly string[],
  places: { readonly root: string; readonly cacheDirectory: string },
  target: PackageTarget,
): Promise<readonly InstalledPackage[]> {
  const found: InstalledPackage[] = [];
  for (const requirement of requirements.map(parseRequirement)) {
    const installed = findInstalledPackage(requirement.name, places.root);
    const fits =
      installed && (requirement.version === undefined || requirement.version === installed.version);
    found.push(fits ? installed : await install(requirement, places, target));
  }
  return found;
}

async function install(
  { name, version }: Requirement,
  places: { readonly root: string; readonly cacheDirectory: string },
  target: PackageTarget,
): Promise<InstalledPackage> {
  if (version === undefined)
    throw imageOptionsInvalid(`requirement "${name}" is not installed in "${places.root}"`, {
      hint: `run \`npm install ${name}\` there, or give an exact version: ${name}@1.2.3`,
    });
  return installRequirement({ name, version, ...places, target });
}
