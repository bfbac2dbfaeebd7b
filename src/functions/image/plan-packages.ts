import path from 'node:path';
import type { Json } from '../../core/json.ts';
import { packageRoot } from '../../core/package-root.ts';
import { packageNotFound } from '../errors.ts';
import { findInstalledPackage, type InstalledPackage } from '../installed-package.ts';
import type { BuildImageRequest } from './image-request.ts';
import { layout } from './layers/image-layout.ts';
import type { InstalledParts } from './layers/installed-parts.ts';
import type { LayerEntry } from './layers/layer-entry.ts';
import { fetchPackage } from './packages/fetch-package.ts';
import { type Lockfile, readLockfile } from './packages/lockfile.ts';
import { type PlacedPackage, packageClosure } from './packages/package-closure.ts';
import { packageLayerEntries, packageLayerInputs } from './packages/package-layer.ts';
import { requiredPackages } from './packages/required-packages.ts';
import type { PackageTarget } from './packages/target.ts';

/** Packages that make up one layer, before any of their files is read. */
export interface PlannedPackages {
  readonly placed: readonly PlacedPackage[];
  /** What decides the layer. */
  readonly inputs: Json;
  entries(): readonly LayerEntry[];
}

/** Where lockfiles are looked for, and where packages for other platforms are put. */
export type PackagePlaces = Pick<BuildImageRequest, 'root' | 'cacheDirectory'>;

/**
 * The packages that the runner needs, from this installation.
 * @throws PACKAGE_NOT_FOUND, IMAGE_PACKAGE_PLATFORM, IMAGE_PACKAGE_UNAVAILABLE
 */
export async function planRuntimePackages(
  request: BuildImageRequest,
  parts: InstalledParts,
  target: PackageTarget,
): Promise<PlannedPackages> {
  return planOwnPackages(`${layout.runtime}/node_modules`, parts.packages, request, target);
}

/**
 * Packages of this installation with all that they need, for a folder of an image.
 * @throws PACKAGE_NOT_FOUND, IMAGE_PACKAGE_PLATFORM, IMAGE_PACKAGE_UNAVAILABLE
 */
export async function planOwnPackages(
  folder: string,
  names: readonly string[],
  places: PackagePlaces,
  target: PackageTarget,
): Promise<PlannedPackages> {
  const roots = names.map((name) => requireFrom(name, packageRoot(), 'Slipway'));
  return plan(folder, roots, places, target);
}

/**
 * The packages that a bundle leaves out, at the versions that it was made with, and those that the recipe adds.
 * @throws PACKAGE_NOT_FOUND, IMAGE_PACKAGE_PLATFORM, IMAGE_PACKAGE_UNAVAILABLE
 */
export async function planDependencies(
  request: BuildImageRequest,
  target: PackageTarget,
): Promise<PlannedPackages | undefined> {
  const { packaged, recipe = {}, root, cacheDirectory } = request;
  const { directory, manifest } = packaged.bundle;
  const external = Object.entries(manifest.externals).map(([name, version]) =>
    checkVersion(requireFrom(name, directory, `function "${packaged.spec.metadata.name}"`), version),
  );
  const places = { root, cacheDirectory };
  const required = await requiredPackages(recipe.requirements ?? [], places, target);
  if (external.length + required.length === 0) return undefined;
  return plan(layout.packages, [...external, ...required], request, target);
}

async function plan(
  folder: string,
  roots: readonly InstalledPackage[],
  { root, cacheDirectory }: PackagePlaces,
  target: PackageTarget,
): Promise<PlannedPackages> {
  let lockfile: Lockfile | undefined;
  const locked = (): Lockfile => {
    lockfile ??= readLockfile(root);
    return lockfile;
  };
  const placed = await packageClosure(roots, {
    target,
    lockedVersion: (name) => locked().version(name),
    fetch: (name, version) => {
      const integrity = locked().integrity(name, version);
      return fetchPackage({ name, version, integrity, root, cacheDirectory });
    },
  });
  return {
    placed,
    inputs: packageLayerInputs(folder, placed, target),
    entries: () => packageLayerEntries(folder, placed, target),
  };
}

function requireFrom(name: string, from: string, neededBy: string): InstalledPackage {
  const found = findInstalledPackage(name, from);
  if (found) return found;
  throw packageNotFound(`package "${name}", which ${neededBy} needs, is not installed`, {
    hint: `looked from "${path.resolve(from)}" upwards; install the packages of the project again (\`npm ci\`)`,
    details: { package: name },
  });
}

function checkVersion(found: InstalledPackage, version: string): InstalledPackage {
  if (found.version === version) return found;
  throw packageNotFound(
    `package "${found.name}" is installed at version ${found.version}, but the function was packaged with ${version}`,
    { hint: `package it again (\`slipway build\`), or run \`npm install ${found.name}@${version}\`` },
  );
}
