import type { ApiClient } from '../api/api-client.ts';
import { forgetPod } from '../api/run-objects.ts';
import type { NamespaceWatch, RunObjects } from '../follow/namespace-watch.ts';
import { untilSeen } from '../follow/until-seen.ts';

export interface AwaitGone {
  readonly client: ApiClient;
  readonly watch: NamespaceWatch;
  readonly uid: string;
  readonly attempt: number;
  /** Milliseconds after which pods count as held by a node that does not answer: they are forgotten, wherever they may run on. */
  readonly forgetAfterMs: number;
}

/** Resolves once nothing is left of an attempt whose Job is being deleted. Tells whether pods had to be forgotten for that. */
export async function awaitGone({ client, watch, uid, attempt, forgetAfterMs }: AwaitGone): Promise<boolean> {
  await watch.synced;
  const isGone = (): boolean => {
    const { job, pods } = watch.objects(uid, attempt);
    return !job && pods.length === 0;
  };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), forgetAfterMs);
  try {
    await untilSeen({ watch, uid, signal: late.signal }, isGone);
    if (isGone()) return false;
    await forgetPods(client, watch.namespace, watch.objects(uid, attempt).pods);
    await untilSeen({ watch, uid }, isGone);
    return true;
  } finally {
    clearTimeout(timer);
  }
}

async function forgetPods(client: ApiClient, namespace: string, pods: RunObjects['pods']): Promise<void> {
  await Promise.all(pods.map(({ metadata }) => forgetPod(client, namespace, metadata?.name ?? '')));
}
