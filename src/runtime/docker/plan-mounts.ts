import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../core/package-root.ts';
import { projectDirectory } from '../../tracking/store-layout.ts';
import type { Job } from '../job.ts';
import { containerMountMissing } from './errors.ts';
import { isMounted, type Mount, reduceMounts } from './mount-table.ts';

/** What the image of a run brings along; the rest is mounted. */
export interface ImageContents {
  readonly runner: boolean;
  readonly bundle: boolean;
}

type MountedJob = Pick<
  Job,
  'name' | 'project' | 'storeDirectory' | 'workingDirectory' | 'bundleDirectory' | 'inputs'
>;

/** Folders that a container needs for itself. */
const ownFolders = new Set(['/', '/bin', '/etc', '/lib', '/lib64', '/run', '/sbin', '/usr', '/usr/bin']);
const kernelFolders = /^\/(dev|proc|sys|slipway)(\/|$)/;

/**
 * What of this machine a run's container sees, each under its own path: its working folder and local inputs read-only; the store
 * writable as one mount, since an artifact is put in its place by a rename, which does not cross mounts, but without the bundles of
 * other runs and the journals of other projects.
 */
export function planMounts(job: MountedJob, image: ImageContents): readonly Mount[] {
  checkWorkingDirectory(job);
  const fixed = [
    readOnly(job.workingDirectory),
    ...storeMounts(job),
    ...(image.bundle || job.bundleDirectory === undefined ? [] : bundleMounts(job.bundleDirectory)),
    ...(image.runner ? [] : runnerMounts()),
  ];
  return reduceMounts([...fixed, ...inputMounts(job, fixed)]);
}

const readOnly = (file: string): Mount => ({ path: file, readOnly: true });

function storeMounts({ storeDirectory, project }: MountedJob): readonly Mount[] {
  const own = projectDirectory(storeDirectory, project);
  const projects = path.dirname(own);
  const cache = path.join(storeDirectory, 'cache');
  // a mount point cannot be made below a mount that is read-only
  for (const folder of [own, cache]) mkdirSync(folder, { recursive: true });
  return [
    { path: storeDirectory, readOnly: false },
    readOnly(cache),
    readOnly(projects),
    { path: own, readOnly: false },
  ];
}

/** The bundle, and the packages that it was left to find. */
function bundleMounts(directory: string): readonly Mount[] {
  return [readOnly(directory), ...packageFolders(directory).map(readOnly)];
}

/** This installation of Slipway, with its packages, for images that were not built with it. */
function runnerMounts(): readonly Mount[] {
  const root = packageRoot();
  return [readOnly(root), ...packageFolders(root).map(readOnly)];
}

function packageFolders(from: string): readonly string[] {
  const folder = path.join(from, 'node_modules');
  const here = path.basename(from) === 'node_modules' ? [from] : existsSync(folder) ? [folder] : [];
  const parent = path.dirname(from);
  return parent === from ? here : [...here, ...packageFolders(parent)];
}

/** Local inputs that no other mount shows; of a link, what it leads to. An input that does not exist is the runner's to report. */
function inputMounts(job: MountedJob, mounts: readonly Mount[]): readonly Mount[] {
  return Object.values(job.inputs)
    .map(({ uri }) => localPath(uri, job.workingDirectory))
    .filter((file): file is string => file !== undefined && existsSync(file))
    .flatMap((file) => [file, realpathSync(file)])
    .filter((file) => !isMounted(mounts, file))
    .map(readOnly);
}

function localPath(uri: string, directory: string): string | undefined {
  if (uri.startsWith('file:')) return fileURLToPath(uri);
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri) ? undefined : path.resolve(directory, uri);
}

function checkWorkingDirectory({ name, workingDirectory }: MountedJob): void {
  if (!existsSync(workingDirectory))
    throw containerMountMissing(
      `run "${name}" cannot start: its working folder "${workingDirectory}" does not exist`,
      { hint: 'start it from a folder that exists' },
    );
  if (ownFolders.has(workingDirectory) || kernelFolders.test(workingDirectory))
    throw containerMountMissing(
      `run "${name}" cannot start in a container from "${workingDirectory}": the container has a folder of its own there`,
      { hint: "start it from the project's folder" },
    );
}
