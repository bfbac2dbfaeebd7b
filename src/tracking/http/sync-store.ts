import { readdir } from 'node:fs/promises';
import type { ErrorRecord } from '../../core/error.ts';
import { errorRecord } from '../../core/error.ts';
import { projectDirectory, runsDirectory } from '../store-layout.ts';
import { RunShipper } from './run-shipper.ts';
import type { ServerAddress } from './server-address.ts';
import { createServerClient } from './server-client.ts';

export interface SyncOptions {
  readonly server: ServerAddress;
  readonly storeDirectory: string;
  /** @default every project of the store */
  readonly project?: string;
  readonly withinMs: number;
}

export interface SyncReport {
  readonly sent: readonly { readonly project: string; readonly uid: string }[];
  readonly failed: readonly { readonly project: string; readonly uid: string; readonly error: ErrorRecord }[];
}

/** Brings every run of a local store to a server. What the server has already is not sent again. */
export async function syncStore(options: SyncOptions): Promise<SyncReport> {
  const { storeDirectory, server } = options;
  const projects =
    options.project === undefined ? await folders(projectDirectory(storeDirectory, '')) : [options.project];
  const sent: { project: string; uid: string }[] = [];
  const failed: { project: string; uid: string; error: ErrorRecord }[] = [];
  for (const project of projects) {
    const client = createServerClient(server, project);
    for (const uid of await folders(runsDirectory(storeDirectory, project))) {
      const shipper = new RunShipper(client, { storeDirectory, project, uid });
      try {
        await shipper.flush({ withinMs: options.withinMs });
        sent.push({ project, uid });
      } catch (error) {
        failed.push({ project, uid, error: errorRecord(error) });
      } finally {
        await shipper.close();
      }
    }
    await client.close();
  }
  return { sent, failed };
}

async function folders(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
