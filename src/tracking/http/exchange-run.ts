import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { createUid } from '../../core/id.ts';
import { refuseUsed } from '../refuse-used.ts';
import type { RunRecord } from '../run.ts';
import { packFolder, unpackFolder } from './folder-archive.ts';
import type { ServerClient } from './server-client.ts';

/** Exports a run of a server into a folder of this machine, whole or not at all. */
export async function exportFromServer(
  client: ServerClient,
  reference: string,
  target: string,
): Promise<void> {
  await refuseUsed(target);
  const aside = `${path.resolve(target)}.${createUid()}.tmp`;
  try {
    await mkdir(aside, { recursive: true });
    await unpackFolder(await client.open('GET', `/runs/${encodeURIComponent(reference)}/export`), aside);
    await rmdir(target).catch(() => undefined);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw explainDiskError(error, target);
  }
}

/** Sends an exported run to a server. */
export async function importToServer(client: ServerClient, directory: string): Promise<RunRecord> {
  const body = await packFolder(directory);
  return client.call('POST', '/imports', { stream: { type: 'application/x-tar', body } });
}
