import path from 'node:path';
import { digestFile } from '../../core/digest.ts';
import { artifactDamaged, artifactNotFound } from '../errors.ts';
import type { ArtifactRecord } from '../run.ts';
import { artifactFolder } from '../store-layout.ts';
import { packFolder } from './folder-archive.ts';
import type { ServerClient } from './server-client.ts';

/** Brings an artifact of a local store to the server, unless it is there and whole. */
export async function shipArtifact(
  client: ServerClient,
  storeDirectory: string,
  artifact: Pick<ArtifactRecord, 'digest' | 'files'>,
): Promise<void> {
  const address = `/artifacts/${artifact.digest}`;
  if (await isThere(client, address)) return;
  const folder = artifactFolder(storeDirectory, artifact.digest);
  const directory = await isFolder(folder, artifact);
  const body = await packFolder(folder);
  await client.call('PUT', `${address}?directory=${directory}`, {
    stream: { type: 'application/x-tar', body },
  });
}

/** Whether the digest is that of a listing rather than of a single file. */
async function isFolder(
  folder: string,
  { digest, files }: Pick<ArtifactRecord, 'digest' | 'files'>,
): Promise<boolean> {
  const [only] = files;
  if (only === undefined || files.length > 1) return true;
  return (await digestFile(path.join(folder, only))).digest !== digest;
}

async function isThere(client: ServerClient, address: string): Promise<boolean> {
  try {
    await client.call('GET', `${address}?files=false`);
    return true;
  } catch (error) {
    if (artifactNotFound.is(error) || artifactDamaged.is(error)) return false;
    throw error;
  }
}
