import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../core/atomic-file.ts';
import { digestDirectory } from '../core/digest.ts';
import { createUid } from '../core/id.ts';
import { isIntact } from './artifact-integrity.ts';
import { artifactDamaged, artifactNotFound, invalidArtifact } from './errors.ts';
import type { StoredArtifact } from './store.ts';
import { artifactFolder, stagingRoot } from './store-layout.ts';

/** A new empty folder on the store's disk. */
export async function createStaging(store: string): Promise<string> {
  const directory = path.join(stagingRoot(store), createUid());
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw explainDiskError(error, directory);
  }
  return directory;
}

/**
 * Moves a staging folder under the digest of its content: synced, then renamed, so that the artifact is there whole or not at all. What
 * is there already stays, unless it is damaged. Throws `INVALID_ARTIFACT` for an empty folder or one with links, `ARTIFACT_DAMAGED` where it has not the
 * `digest` that it is to have.
 */
export async function putArtifact(
  store: string,
  staging: string,
  options: { directory: boolean; digest?: string },
): Promise<StoredArtifact> {
  await refuseLinks(staging);
  const listing = await digestDirectory(staging);
  const [only] = listing.files;
  if (!only)
    throw invalidArtifact(`staging folder "${staging}" holds no files`, {
      hint: 'an artifact has at least one file',
    });
  const single = !options.directory && listing.files.length === 1;
  const digest = single ? only.digest : listing.digest;
  if (options.digest !== undefined && options.digest !== digest)
    throw artifactDamaged(`what came as "${options.digest}" has the digest "${digest}"`, {
      hint: 'it was damaged on the way; send it again',
    });
  const stored = { digest, size: listing.size, files: listing.files.map((file) => file.path) };
  const target = artifactFolder(store, digest);
  if (await exists(target)) {
    if (await isIntact(target, stored)) {
      await markFresh(target);
      await rm(staging, { recursive: true, force: true });
      return stored;
    }
    await rename(target, path.join(stagingRoot(store), createUid()));
  }
  await syncFiles(staging, stored.files);
  await markFresh(staging);
  await mkdir(path.dirname(target), { recursive: true });
  await moveInto(staging, target);
  return stored;
}

/** Tells garbage collection that the folder has just been put, so a reference to it may be on its way. */
async function markFresh(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now);
}

async function moveInto(staging: string, target: string): Promise<void> {
  try {
    await rename(staging, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // another process put the same content first
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw explainDiskError(error, target);
    await rm(staging, { recursive: true, force: true });
  }
  await syncFolder(path.dirname(target));
}

async function refuseLinks(staging: string): Promise<void> {
  for (const entry of await readdir(staging, { recursive: true, withFileTypes: true }))
    if (!entry.isFile() && !entry.isDirectory())
      throw invalidArtifact(`"${path.join(entry.parentPath, entry.name)}" is neither a file nor a folder`, {
        hint: 'an artifact holds plain files and folders; copy what a link points to',
      });
}

async function syncFiles(directory: string, files: readonly string[]): Promise<void> {
  for (const name of files) {
    const file = path.join(directory, name);
    const handle = await open(file, 'r');
    try {
      await handle.datasync();
    } catch (error) {
      throw explainDiskError(error, file);
    } finally {
      await handle.close();
    }
  }
}

/** Makes the new name itself durable, where the system can sync folders. */
async function syncFolder(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}

/**
 * Folder of a store that holds the files of an artifact.
 * @throws ARTIFACT_NOT_FOUND
 */
export async function findArtifactFolder(store: string, digest: string): Promise<string> {
  const folder = artifactFolder(store, digest);
  if (/^sha256:[0-9a-f]{64}$/.test(digest) && (await exists(folder))) return folder;
  throw artifactNotFound(`the store has no artifact with digest "${digest}"`, {
    hint: 'it was removed by `slipway gc`, or belongs to another store',
  });
}
