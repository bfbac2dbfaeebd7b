import { rm } from 'node:fs/promises';
import { artifactDamaged, artifactNotFound } from '../errors.ts';
import type { RunStore } from '../store.ts';
import { unpackFolder } from './folder-archive.ts';
import type { ServerClient } from './server-client.ts';

/**
 * The folder of an artifact in the local store, brought from the server where it is not there yet; its digest is checked.
 * @throws ARTIFACT_NOT_FOUND, ARTIFACT_DAMAGED
 */
export async function fetchArtifact(client: ServerClient, local: RunStore, digest: string): Promise<string> {
  const address = `/artifacts/${encodeURIComponent(digest)}`;
  const here = await local.artifactDirectory(digest).catch((error: unknown) => {
    if (artifactNotFound.is(error)) return undefined;
    throw error;
  });
  if (here !== undefined) {
    await client.call('GET', `${address}?files=false`).catch((error: unknown) => {
      // what is damaged there is whole here
      if (!artifactDamaged.is(error)) throw error;
    });
    return here;
  }
  const staging = await local.createStaging();
  try {
    await unpackFolder(await client.open('GET', address), staging);
    await putUnderDigest(local, staging, digest);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return local.artifactDirectory(digest);
}

/** Whether the digest is that of a file or of a listing cannot be told from it, so a lone file is tried as both. */
async function putUnderDigest(local: RunStore, staging: string, digest: string): Promise<void> {
  try {
    await local.putArtifact(staging, { directory: false, digest });
  } catch (error) {
    if (!artifactDamaged.is(error)) throw error;
    await local.putArtifact(staging, { directory: true, digest });
  }
}
