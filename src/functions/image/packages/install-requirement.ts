import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createUid } from '../../../core/id.ts';
import { canonicalJson } from '../../../core/json.ts';
import { findInstalledPackage, type InstalledPackage } from '../../installed-package.ts';
import { imageOptionsInvalid } from '../build-errors.ts';
import {
  type LockedRequirement,
  lockedRequirement,
  lockRequirement,
  packagesOfNpmLock,
} from './requirement-lock.ts';
import { runNpm } from './run-npm.ts';
import type { PackageTarget } from './target.ts';

export interface InstallRequirementRequest {
  readonly name: string;
  /** Exact. */
  readonly version: string;
  /** The project: its npm settings hold, and it keeps the lock. */
  readonly root: string;
  readonly cacheDirectory: string;
  readonly target: PackageTarget;
}

/**
 * Installs a package that the project does not have into the cache, with npm and without running anything of it. The first time npm
 * chooses the versions of what it needs, and the project's lock records them; from then on they are the same.
 * @throws IMAGE_OPTIONS_INVALID, IMAGE_PACKAGE_UNAVAILABLE
 */
export async function installRequirement(request: InstallRequirementRequest): Promise<InstalledPackage> {
  const { name, version, root, cacheDirectory } = request;
  const id = `${name}@${version}`;
  const locked = lockedRequirement(root, id);
  const known = locked && folderOf(request, locked);
  const directory =
    known !== undefined && existsSync(known) ? known : await installAside(request, cacheDirectory, locked);
  const installed = findInstalledPackage(name, directory);
  if (installed) return installed;
  throw imageOptionsInvalid(`requirement "${id}" is not there after it was installed`, {
    hint: `delete "${directory}" and build again`,
  });
}

/** One for each choice of versions and each platform. */
function folderOf(
  { name, version, cacheDirectory, target: { os, cpu, libc } }: InstallRequirementRequest,
  locked: LockedRequirement,
): string {
  const text = canonicalJson({ requirement: `${name}@${version}`, os, cpu, libc, locked });
  return path.join(
    cacheDirectory,
    'requirements',
    createHash('sha256').update(text).digest('hex').slice(0, 24),
  );
}

async function installAside(
  request: InstallRequirementRequest,
  cacheDirectory: string,
  locked: LockedRequirement | undefined,
): Promise<string> {
  const { name, version, root } = request;
  const aside = path.join(cacheDirectory, 'requirements', `${createUid()}.tmp`);
  try {
    prepareFolder(aside, request, locked);
    await runNpm(npmArguments(request, aside, locked !== undefined), {
      cwd: root,
      doing: `installing requirement "${name}@${version}"`,
    });
    // it may hold a token
    rmSync(path.join(aside, '.npmrc'), { force: true });
    const chosen = packagesOfNpmLock(readFileSync(path.join(aside, 'package-lock.json'), 'utf8'));
    if (locked === undefined) lockRequirement(root, `${name}@${version}`, chosen);
    const directory = folderOf(request, locked ?? chosen);
    if (!existsSync(directory)) renameSync(aside, directory);
    return directory;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function prepareFolder(
  folder: string,
  { name, version, root }: InstallRequirementRequest,
  locked: LockedRequirement | undefined,
): void {
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name: 'requirement',
    version: '0.0.0',
    private: true,
    dependencies: { [name]: version },
  };
  const write = (file: string, content: object): void =>
    writeFileSync(path.join(folder, file), `${JSON.stringify(content)}\n`);
  write('package.json', manifest);
  const { dependencies } = manifest;
  if (locked)
    write('package-lock.json', {
      name: 'requirement',
      version: '0.0.0',
      lockfileVersion: 3,
      packages: { '': { name: 'requirement', version: '0.0.0', dependencies }, ...locked },
    });
  // npm reads the project's settings, its registry for one, from the folder that it installs into
  const settings = path.join(root, '.npmrc');
  if (existsSync(settings)) copyFileSync(settings, path.join(folder, '.npmrc'));
}

function npmArguments(
  { target: { os, cpu, libc } }: InstallRequirementRequest,
  folder: string,
  isLocked: boolean,
): readonly string[] {
  const platform = [`--os=${os}`, `--cpu=${cpu}`, `--libc=${libc}`];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--package-lock', '--loglevel=error'];
  return [isLocked ? 'ci' : 'install', '--prefix', folder, ...platform, ...quiet];
}
