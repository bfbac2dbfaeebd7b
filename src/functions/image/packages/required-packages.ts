import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createUid } from '../../../core/id.ts';
import { findInstalledPackage, type InstalledPackage } from '../../installed-package.ts';
import { imageOptionsInvalid } from '../build-errors.ts';
import { runNpm } from './run-npm.ts';
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
 * into the cache.
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
    if (fits) found.push(installed);
    else found.push(await install(requirement, places, target));
  }
  return found;
}

async function install(
  { name, version }: Requirement,
  { root, cacheDirectory }: { readonly root: string; readonly cacheDirectory: string },
  { os, cpu, libc }: PackageTarget,
): Promise<InstalledPackage> {
  if (version === undefined)
    throw imageOptionsInvalid(`requirement "${name}" is not installed in "${root}"`, {
      hint: `run \`npm install ${name}\` there, or give an exact version: ${name}@1.2.3`,
    });
  const id = createHash('sha256')
    .update(`${name}@${version} ${os} ${cpu} ${libc}`)
    .digest('hex')
    .slice(0, 24);
  const directory = path.join(cacheDirectory, 'requirements', id);
  if (!existsSync(directory)) {
    const aside = `${directory}.${createUid()}.tmp`;
    mkdirSync(aside, { recursive: true });
    writeFileSync(path.join(aside, 'package.json'), '{"private":true}\n');
    const settings = path.join(root, '.npmrc');
    try {
      // npm reads the project's settings, its registry for one, from the folder that it installs into
      if (existsSync(settings)) copyFileSync(settings, path.join(aside, '.npmrc'));
      const platform = [`--os=${os}`, `--cpu=${cpu}`, `--libc=${libc}`];
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', '--loglevel=error'];
      await runNpm(['install', `${name}@${version}`, '--prefix', aside, ...platform, ...quiet], {
        cwd: root,
        doing: `installing requirement "${name}@${version}"`,
      });
      // it may hold a token
      rmSync(path.join(aside, '.npmrc'), { force: true });
      if (!existsSync(directory)) renameSync(aside, directory);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  const installed = findInstalledPackage(name, directory);
  if (installed) return installed;
  throw imageOptionsInvalid(`requirement "${name}@${version}" is not there after it was installed`, {
    hint: `delete "${directory}" and build again`,
  });
}
