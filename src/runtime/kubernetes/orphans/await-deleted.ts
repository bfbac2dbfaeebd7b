import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api/api-client.ts';
import { findRunJobs, type RunJob } from '../api/find-run-jobs.ts';
import type { PodObject } from '../api/objects.ts';
import { retryPassing } from '../api/retry-passing.ts';
import { forgetPod } from '../api/run-objects.ts';
import { labelKeys } from '../manifest/object-name.ts';

export interface AwaitDeleted {
  readonly client: ApiClient;
  readonly namespace: string;
  /** Of the run that the Jobs are of. */
  readonly uid: string;
  /** Those that are being deleted. */
  readonly jobs: readonly RunJob[];
  /**
   * Milliseconds beyond the grace of pods after which they count as held by a node that does not answer: they are forgotten, wherever
   * they may run on. @default 30000
   */
  readonly forgetAfterMs?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Hears what the deletion waits for that does not end by itself. */
  readonly onProgress?: (line: string) => void;
}

/** Milliseconds between looks at what is being deleted. */
const lookMs = 250;
const defaultForgetMs = 30_000;

/**
 * Resolves once Jobs are gone that are being deleted, or nothing of them is left but what somebody else holds.
 * @throws KUBERNETES_REFUSED where pods of a lost node may not be deleted; the signal's reason when that fires
 */
export async function awaitDeleted(deleted: AwaitDeleted): Promise<void> {
  const { client, namespace, jobs, forgetAfterMs = defaultForgetMs, onProgress } = deleted;
  const graceMs = Math.max(0, ...jobs.map(({ graceSeconds }) => graceSeconds)) * 1000;
  if (await areGoneWithin(graceMs + forgetAfterMs, deleted)) return;
  const names = jobs.map(({ name }) => `"${name}"`).join(', ');
  const pods = await podsOf(deleted);
  await Promise.all(pods.map((pod) => forgetPod(client, namespace, pod)));
  if (pods.length > 0)
    onProgress?.(
      `a node of Job ${names} does not answer: its pods were taken off the cluster, but may run on there until it is back`,
    );
  if (await areGoneWithin(forgetAfterMs, deleted)) return;
  onProgress?.(
    `Job ${names} is being deleted, but something holds it in namespace "${namespace}": see the finalizers of it and its pods (\`kubectl get -o yaml\`)`,
  );
}

async function areGoneWithin(
  withinMs: number,
  { client, namespace, uid, jobs, signal }: AwaitDeleted,
): Promise<boolean> {
  const names = new Set(jobs.map(({ name }) => name));
  const end = performance.now() + withinMs;
  for (;;) {
    const left = await retryPassing(() => findRunJobs(client, namespace, uid, signal));
    if (!left.some(({ name }) => names.has(name))) return true;
    if (performance.now() > end) return false;
    await delay(lookMs, undefined, signal ? { signal } : {});
  }
}

async function podsOf({ client, namespace, uid, signal }: AwaitDeleted): Promise<readonly string[]> {
  const query = { labelSelector: `${labelKeys.run}=${uid}` };
  const { items } = await retryPassing(() =>
    client.request<{ items: readonly PodObject[] }>('GET', `/api/v1/namespaces/${namespace}/pods`, {
      query,
      ...(signal ? { signal } : {}),
    }),
  );
  return items.map(({ metadata }) => metadata?.name ?? '');
}
