import path from 'node:path';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import type { RunQuery } from '../../src/tracking/store.ts';
import { type Folder, until } from './slipway.ts';

const patienceMs = 240_000;

/** Waits until a run of a project's folder has logged the metric `tick`; gives its uid. */
export async function untilTicking(
  folder: Folder,
  project: string,
  known: readonly string[] = [],
): Promise<string> {
  const isNew = ({ uid }: RunRecord): boolean => !known.includes(uid);
  const runs = await untilStored({ folder, project, query: { filter: 'metrics.tick > 1' } }, (found) =>
    found.some(isNew),
  );
  return runs.find(isNew)?.uid ?? '';
}

/** What is asked of the store in a project's folder. */
export interface StoreQuestion {
  readonly folder: Folder;
  readonly project: string;
  readonly query: RunQuery;
}

/**
 * Waits until what the store answers holds; gives it. The store is read in this process: commands that ask again and again would take
 * the processors from the pod that is waited for.
 */
export async function untilStored(
  { folder, project, query }: StoreQuestion,
  holds: (runs: readonly RunRecord[]) => boolean,
): Promise<readonly RunRecord[]> {
  const store = openLocalStore({ directory: path.join(folder.path, '.slipway'), project });
  try {
    return await until(async () => (await store.searchRuns(query)).runs, holds, patienceMs);
  } finally {
    await store.close();
  }
}
