import type { BundleManifest } from '../../function-spec.ts';
import { findInstalledPackage, type InstalledPackage } from '../../installed-package.ts';
import type { Lockfile } from '../packages/lockfile.ts';
import type { PlacedPackage } from '../packages/package-closure.ts';
import type { SbomPackage } from './sbom.ts';

export interface PackageSources {
  readonly manifest: BundleManifest;
  /** Folder that the bundled packages were found from. */
  readonly root: string;
  readonly lockfile: Lockfile;
  readonly dependencies: readonly PlacedPackage[];
  readonly runtime: readonly PlacedPackage[];
  /** Version of Node, where the base is this machine's own. */
  readonly node?: string | undefined;
}

/** Every package of an image: bundled in (from esbuild's own account), in layers, and Node itself; each place and version once. */
export function listPackages(sources: PackageSources): readonly SbomPackage[] {
  const { manifest, root, lockfile, node } = sources;
  const each = Object.entries(manifest.packages).flatMap(([name, versions]) =>
    versions.split(', ').map((version) => ({ name, version })),
  );
  const bundled = each.map(({ name, version }): SbomPackage => {
    const installed = findInstalledPackage(name, root);
    const license = installed?.version === version ? licenseOf(installed) : undefined;
    return { name, version, where: 'bundle', license, integrity: lockfile.integrity(name, version) };
  });
  const placed = (where: SbomPackage['where'], packages: readonly PlacedPackage[]): SbomPackage[] =>
    packages.map(({ found }) => ({
      name: found.name,
      version: found.version,
      where,
      license: licenseOf(found),
      integrity: lockfile.integrity(found.name, found.version),
    }));
  const all = [
    ...(node === undefined ? [] : [{ name: 'node', version: node, where: 'base', license: 'MIT' } as const]),
    ...bundled,
    ...placed('dependencies', sources.dependencies),
    ...placed('runtime', sources.runtime),
  ];
  const byId = new Map(all.map((each) => [`${each.where} ${each.name}@${each.version}`, each]));
  return [...byId.values()];
}

function licenseOf({ manifest: { license } }: InstalledPackage): string | undefined {
  if (typeof license === 'string' && license !== '') return license;
  const type = (license as { type?: unknown } | undefined)?.type;
  return typeof type === 'string' ? type : undefined;
}
