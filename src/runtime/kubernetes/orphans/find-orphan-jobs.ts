import type { ProcessIdentity } from '../../../tracking/journal-event.ts';
import { isAlive } from '../../../tracking/process-identity.ts';
import type { ApiClient } from '../api/api-client.ts';
import { graceOfJob } from '../api/find-run-jobs.ts';
import type { JobObject } from '../api/objects.ts';
import { endOfJob } from '../batch/trial-pod.ts';
import { annotationKeys, labelKeys } from '../manifest/object-name.ts';

/** A Job whose submitter has gone. */
export interface OrphanJob {
  readonly name: string;
  /** Uid of the run, or of the sweep whose trials are pods of the Job. */
  readonly uid: string;
  readonly attempt: number;
  readonly isIndexed: boolean;
  /** Whether nothing more will happen in it. */
  readonly isOver: boolean;
  readonly submitter: ProcessIdentity;
  /** Seconds that its pods have for ending. */
  readonly graceSeconds: number;
}

/**
 * The Jobs of a store in a namespace whose submitters have gone; those of submitters on other machines, which cannot be asked from here,
 * are left out.
 * @param label of the store's Jobs
 * @throws KUBERNETES_UNREACHABLE, KUBERNETES_REFUSED, KUBERNETES_NOT_FOUND
 */
export async function findOrphanJobs(
  client: ApiClient,
  namespace: string,
  label: string,
  signal?: AbortSignal,
): Promise<readonly OrphanJob[]> {
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const query = { labelSelector: `app.kubernetes.io/managed-by=slipway,${labelKeys.store}=${label}` };
  const { items } = await client.request<{ items: readonly JobObject[] }>('GET', path, {
    query,
    ...(signal ? { signal } : {}),
  });
  return items.flatMap((job) => readOrphan(job));
}

function readOrphan(job: JobObject): readonly OrphanJob[] {
  const { metadata, spec } = job;
  const text = metadata?.annotations?.[annotationKeys.submitter];
  if (text === undefined) return [];
  const submitter = JSON.parse(text) as ProcessIdentity;
  if (isAlive(submitter) !== false) return [];
  return [
    {
      name: metadata?.name ?? '',
      uid: metadata?.labels?.[labelKeys.run] ?? '',
      attempt: Number(metadata?.labels?.[labelKeys.attempt] ?? 1),
      isIndexed: spec?.completionMode === 'Indexed',
      isOver: endOfJob(job) !== undefined,
      submitter,
      graceSeconds: graceOfJob(job),
    },
  ];
}
