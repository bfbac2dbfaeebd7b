import { packageNotFound } from '../../errors.ts';
import { findInstalledPackage, type InstalledPackage } from '../../installed-package.ts';
import { imagePackagePlatform } from '../build-errors.ts';
import { renderPlatform } from '../oci/platform.ts';
import { fitsTarget, nameFitsTarget, type PackageTarget, packageId, platformOfName } from './target.ts';

/** A package and where it goes, below the image's package folder: `a` or `b/node_modules/a`. */
export interface PlacedPackage {
  readonly at: string;
  readonly found: InstalledPackage;
}

/** Finds a package that is not installed here because it is for another platform; gives the folder it was put into. */
export type FetchPackage = (name: string, version: string) => Promise<InstalledPackage>;

export interface ClosureRequest {
  readonly target: PackageTarget;
  /** Version that the project's lockfile gives a package that is not installed here. */
  readonly lockedVersion: (name: string) => string | undefined;
  readonly fetch: FetchPackage;
}

/**
 * Packages with all that they need at run time, as they are installed here, each once and as high up as it goes: where two versions
 * of one package are needed, the later lies below the package that needs it. Packages for another platform than the target's
 * are exchanged for the target's.
 * @throws PACKAGE_NOT_FOUND, IMAGE_PACKAGE_PLATFORM, IMAGE_PACKAGE_UNAVAILABLE
 */
export async function packageClosure(
  roots: readonly InstalledPackage[],
  request: ClosureRequest,
): Promise<readonly PlacedPackage[]> {
  const placed = new Map<string, InstalledPackage>();
  const queue: PlacedPackage[] = [];
  const place = (at: string, found: InstalledPackage): void => {
    placed.set(at, found);
    queue.push({ at, found });
  };
  for (const root of roots) if (!placed.has(root.name)) place(root.name, root);
  // breadth first: all of a package's own folders are there before anything in them looks for others
  for (let next = queue.shift(); next !== undefined; next = queue.shift())
    for (const found of await neededBy(next.found, request)) {
      const reached = lookUp(placed, next.at, found.name);
      if (reached && packageId(reached) === packageId(found)) continue;
      place(reached ? `${next.at}/node_modules/${found.name}` : found.name, found);
    }
  return [...placed].map(([at, found]) => ({ at, found })).sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** What an import of `name` finds from a placed package, by walking up as Node does. */
function lookUp(
  placed: ReadonlyMap<string, InstalledPackage>,
  from: string,
  name: string,
): InstalledPackage | undefined {
  for (let folder = from; ; ) {
    const inside = placed.get(`${folder}/node_modules/${name}`);
    if (inside) return inside;
    const up = folder.lastIndexOf('/node_modules/');
    if (up < 0) return placed.get(name);
    folder = folder.slice(0, up);
  }
}

async function neededBy(
  found: InstalledPackage,
  request: ClosureRequest,
): Promise<readonly InstalledPackage[]> {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = found.manifest;
  const required = Object.keys(dependencies).filter((name) => !(name in optionalDependencies));
  const peers = Object.keys(peerDependencies).filter((name) => !(name in dependencies));
  const needed = [
    ...required.map((name) => requireInstalled(name, found)),
    // a peer that is not installed was not asked for by whoever installed the package
    ...peers.flatMap((name) => findInstalledPackage(name, found.directory) ?? []),
  ];
  const all = [...needed, ...(await optionalOf(found, optionalDependencies, request))];
  return all.filter(({ name }) => !isDeclarations(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Packages of declarations have nothing that runs. */
const isDeclarations = (name: string): boolean => name.startsWith('@types/');

function requireInstalled(name: string, by: InstalledPackage): InstalledPackage {
  const found = findInstalledPackage(name, by.directory);
  if (found) return found;
  throw packageNotFound(`package "${name}", which "${packageId(by)}" needs, is not installed`, {
    hint: 'install the packages of the project again (`npm ci` or `npm install`)',
    details: { package: name, neededBy: packageId(by) },
  });
}

async function optionalOf(
  by: InstalledPackage,
  optional: Readonly<Record<string, string>>,
  request: ClosureRequest,
): Promise<readonly InstalledPackage[]> {
  const { target } = request;
  const chosen: InstalledPackage[] = [];
  for (const [name, range] of Object.entries(optional)) {
    const installed = findInstalledPackage(name, by.directory);
    if (installed && fitsTarget(installed.manifest, target)) chosen.push(installed);
    else if (!installed && !target.isHost && nameFitsTarget(name, target))
      chosen.push(await request.fetch(name, request.lockedVersion(name) ?? range));
  }
  checkPlatform(by, Object.keys(optional), chosen, target);
  return chosen;
}

/** A package that comes in parts for each platform needs one of them. */
function checkPlatform(
  by: InstalledPackage,
  names: readonly string[],
  chosen: readonly InstalledPackage[],
  target: PackageTarget,
): void {
  const parts = names.filter((name) => platformOfName(name) !== undefined);
  if (parts.length < 2 || chosen.some(({ name }) => parts.includes(name))) return;
  const offered = parts.some((name) => nameFitsTarget(name, target));
  throw imagePackagePlatform(
    `native package "${packageId(by)}" has no build for ${renderPlatform(target.platform)} (${target.libc})`,
    {
      hint: offered
        ? 'its part for this platform is not installed: install without --omit=optional (`npm ci`)'
        : `it has builds as ${parts.join(', ')}; choose a platform among these, or another package`,
      details: { package: by.name, version: by.version, platform: renderPlatform(target.platform) },
    },
  );
}
