import type { ProcessIdentity } from '../../../tracking/journal-event.ts';
import { annotationKeys, labelKeys } from '../manifest/object-name.ts';
import type { ApiClient } from './api-client.ts';
import type { JobObject } from './objects.ts';

/** A Job of a run, of which there is one for each attempt. */
export interface RunJob {
  readonly name: string;
  /** Process that follows it. */
  readonly submitter?: ProcessIdentity;
  /** Seconds that its pods have for ending. */
  readonly graceSeconds: number;
}

/** What the cluster gives pods that say nothing about it. */
const defaultGraceSeconds = 30;

/**
 * The Jobs that a run has in a namespace, found by its label.
 * @throws KUBERNETES_UNREACHABLE, KUBERNETES_REFUSED, KUBERNETES_NOT_FOUND
 */
export async function findRunJobs(
  client: ApiClient,
  namespace: string,
  uid: string,
  signal?: AbortSignal,
): Promise<readonly RunJob[]> {
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const { items } = await client.request<{ items: readonly JobObject[] }>('GET', path, {
    query: { labelSelector: `${labelKeys.run}=${uid}` },
    ...(signal ? { signal } : {}),
  });
  return items.map((job) => {
    const { metadata } = job;
    const submitter = metadata?.annotations?.[annotationKeys.submitter];
    return {
      name: metadata?.name ?? '',
      graceSeconds: graceOfJob(job),
      ...(submitter === undefined ? {} : { submitter: JSON.parse(submitter) as ProcessIdentity }),
    };
  });
}

/** Seconds that the pods of a Job have for ending. */
export function graceOfJob({ spec }: JobObject): number {
  return spec?.template?.spec?.terminationGracePeriodSeconds ?? defaultGraceSeconds;
}
