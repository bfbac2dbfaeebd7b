import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../core/atomic-file.ts';
import { exists } from './artifact-files.ts';
import { uploadsFolder } from './store-layout.ts';

/**
 * Notes that a project has put an artifact. Its files are shared by all projects of a store, and what was put for a pod is named by no
 * run yet when the pod fetches it.
 */
export async function noteUpload(store: string, project: string, digest: string): Promise<void> {
  const folder = uploadsFolder(store, digest);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, project), '');
  } catch (error) {
    throw explainDiskError(error, folder);
  }
}

/** Whether a project has put an artifact that is still there. */
export function wasUploaded(store: string, project: string, digest: string): Promise<boolean> {
  return exists(path.join(uploadsFolder(store, digest), project));
}

/** Of an artifact that is removed: who puts it again has to have its files. */
export async function forgetUploads(store: string, digest: string): Promise<void> {
  await rm(uploadsFolder(store, digest), { recursive: true, force: true });
}
