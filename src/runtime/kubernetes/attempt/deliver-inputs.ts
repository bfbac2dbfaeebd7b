import { copyFile, cp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isStoreUri } from '../../../core/store-uri.ts';
import { openDataItem } from '../../../data/open-data-item.ts';
import type { RunStore } from '../../../tracking/store.ts';
import type { DeliveredInput, Job } from '../../job.ts';

/**
 * Puts the inputs of a job that are files or folders of this machine into the store, from where its pod fetches them by digest.
 * Gives them by name; the run's record keeps what the user named.
 * @throws DATA_NOT_FOUND, INVALID_DATA_REFERENCE, DISK_FULL
 */
export async function deliverInputs(
  { inputs, workingDirectory }: Pick<Job, 'inputs' | 'workingDirectory'>,
  store: RunStore,
): Promise<Readonly<Record<string, DeliveredInput>>> {
  const delivered = await Promise.all(
    Object.entries(inputs).map(async ([name, { uri }]) => {
      if (isStoreUri(uri)) return [];
      const item = openDataItem(uri, { baseDirectory: workingDirectory, key: name });
      const url = new URL(item.url);
      if (url.protocol !== 'file:') return [];
      // tells, with the nearest name, what is not there
      await item.stat();
      return [[name, await putIntoStore(url, store)] as const];
    }),
  );
  return Object.fromEntries(delivered.flat());
}

async function putIntoStore(url: URL, store: RunStore): Promise<DeliveredInput> {
  const source = fileURLToPath(url);
  const isFolder = (await stat(source)).isDirectory();
  const staging = await store.createStaging();
  try {
    const file = path.basename(source);
    if (isFolder) await cp(source, staging, { recursive: true, dereference: true });
    else await copyFile(source, path.join(staging, file));
    const { digest } = await store.putArtifact(staging, { directory: isFolder });
    return { url: url.href, digest, ...(isFolder ? {} : { file }) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
