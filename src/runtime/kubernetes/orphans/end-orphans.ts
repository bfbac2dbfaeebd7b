import { runNotFound } from '../../../tracking/errors.ts';
import { hasEnded, type RunRecord } from '../../../tracking/run.ts';
import { pendingStopRequest } from '../../../tracking/stop-request.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { stopError } from '../../stop-request.ts';
import type { ApiClient } from '../api/api-client.ts';
import { deleteJob } from '../api/run-objects.ts';
import { awaitDeleted } from './await-deleted.ts';
import { findOrphanJobs, type OrphanJob } from './find-orphan-jobs.ts';

/** Milliseconds after the end of a run in which its pod may still be about to end. */
const endingMs = 60_000;

export interface OrphanSearch {
  readonly client: ApiClient;
  readonly namespace: string;
  /** Label of the store's Jobs. */
  readonly label: string;
  readonly store: RunStore;
  readonly storeDirectory: string;
  /** Ends the search; what is being deleted then is taken up by the next one. */
  readonly signal?: AbortSignal;
  /** @default as in `AwaitDeleted` */
  readonly forgetAfterMs?: number;
  readonly onProgress?: (line: string) => void;
}

/**
 * Deletes the Jobs of a store whose submitters have gone, if their runs were asked to stop, or are over while their pods go on. What
 * still runs is left to end; what has ended is left to the cluster, which keeps it for the time that was asked for. Gives the uids of
 * the runs whose Jobs were deleted.
 * @throws KUBERNETES_UNREACHABLE, KUBERNETES_REFUSED, KUBERNETES_NOT_FOUND; the signal's reason when that fires
 */
export async function endOrphans(search: OrphanSearch): Promise<readonly string[]> {
  const { client, namespace, label, signal } = search;
  const orphans = await findOrphanJobs(client, namespace, label, signal);
  const ended = await Promise.all(
    orphans.map(async (job) => {
      if (!(await isUnwanted(job, search))) return [];
      signal?.throwIfAborted();
      await deleteJob(client, namespace, job.name);
      await sayStopped(job, search);
      return [job.uid];
    }),
  );
  return ended.flat();
}

async function isUnwanted(
  { uid, isOver }: OrphanJob,
  { store, storeDirectory }: OrphanSearch,
): Promise<boolean> {
  if (isOver) return false;
  if (pendingStopRequest(storeDirectory, store.project, uid) !== undefined) return true;
  const record = await recordOf(store, uid);
  if (record === undefined) return true;
  // what was not heard of may live all the same, and come back
  if (!hasEnded(record)) return false;
  // a sweep that is over in one way or the other has trials which go on
  if (record.kind === 'sweep') return false;
  return Date.now() - Date.parse(record.endedAt ?? '') > endingMs;
}

/** Nobody else is left who would say that a run was stopped; first its pod must be gone. */
async function sayStopped(job: OrphanJob, search: OrphanSearch): Promise<void> {
  const { store, storeDirectory, signal } = search;
  const { uid } = job;
  const reason = pendingStopRequest(storeDirectory, store.project, uid);
  if (reason === undefined) return;
  await awaitDeleted({ ...search, uid, jobs: [job] });
  const record = await recordOf(store, uid);
  signal?.throwIfAborted();
  if (record === undefined || hasEnded(record)) return;
  const writer = store.openRun(uid);
  const { name } = writer.record();
  writer.append({
    kind: 'state',
    state: 'aborted',
    reason,
    error: stopError({ name }, { cause: 'abort', reason }),
  });
  writer.close();
}

/** The run; undefined for one that was removed from the store. */
async function recordOf(store: RunStore, uid: string): Promise<RunRecord | undefined> {
  try {
    return await store.getRun(uid);
  } catch (error) {
    if (runNotFound.is(error)) return undefined;
    throw error;
  }
}
