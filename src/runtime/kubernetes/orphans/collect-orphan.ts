import path from 'node:path';
import { hasEnded, type RunRecord } from '../../../tracking/run.ts';
import { pendingStopRequest } from '../../../tracking/stop-request.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { runDirectory } from '../../../tracking/store-layout.ts';
import type { AttemptReport } from '../../attempt.ts';
import { endEvent } from '../../end-event.ts';
import { OutputLog } from '../../output-log.ts';
import { createRedactor } from '../../redactor.ts';
import type { ApiClient } from '../api/api-client.ts';
import type { PodObject } from '../api/objects.ts';
import { deleteJob } from '../api/run-objects.ts';
import { classifyPod } from '../attempt/classify-pod.ts';
import { rescueOutput } from '../attempt/rescue-output.ts';
import { endOfJob, endOfPod } from '../batch/trial-pod.ts';
import { followRun, type RunSighting } from '../follow/follow-run.ts';
import type { NamespaceWatch } from '../follow/namespace-watch.ts';
import { untilSeen } from '../follow/until-seen.ts';
import { mainContainer } from '../manifest/render-pod.ts';
import { imagePullSeconds, pendingSeconds } from '../manifest/time-limits.ts';
import type { OrphanJob } from './find-orphan-jobs.ts';

export interface CollectOrphan {
  readonly client: ApiClient;
  readonly watch: NamespaceWatch;
  /** A store of this machine, which pods ship to as long as a route is open. */
  readonly store: RunStore;
  readonly storeDirectory: string;
  /** Ends the following; what goes on in the cluster goes on. */
  readonly signal: AbortSignal;
}

const mostTrials = 100_000;

/**
 * Follows the Job of a run whose submitter has gone to its end, and says how the run ended where its pod could not. Resolves with the
 * uids of the runs that have ended; undefined when the signal fires first.
 * @throws what the watch failed with
 */
export async function collectOrphan(
  orphan: OrphanJob,
  collect: CollectOrphan,
): Promise<readonly string[] | undefined> {
  return orphan.isIndexed ? collectTrials(orphan, collect) : collectRun(orphan, collect);
}

async function collectRun(
  { name, uid, attempt }: OrphanJob,
  collect: CollectOrphan,
): Promise<readonly string[] | undefined> {
  const { client, watch, store, signal } = collect;
  const limits = { pendingSeconds: pendingSeconds({}), imagePullSeconds: imagePullSeconds({}) };
  let last: RunSighting | undefined;
  for await (const sighting of followRun(watch, { uid, attempt, ...limits, signal })) {
    last = sighting;
    if (sighting.ended && sighting.diagnosis?.verdict !== 'retry') break;
  }
  if (signal.aborted) return undefined;
  await sayEnd(await store.getRun(uid), last, collect);
  // a pod that waits for what will not come is taken away by nobody else
  const isStuck = last?.phase === 'pending' && last.diagnosis?.verdict === 'fail';
  if (isStuck) await deleteJob(client, watch.namespace, name);
  return [uid];
}

/** Many pods of one Job, each of which begins and ends a run of its own. */
async function collectTrials(
  { uid }: OrphanJob,
  collect: CollectOrphan,
): Promise<readonly string[] | undefined> {
  const { watch, store, signal } = collect;
  await untilOver(uid, collect);
  if (signal.aborted) return undefined;
  const { pods } = watch.objects(uid);
  const { runs } = await store.searchRuns({ parent: uid, all: true, limit: mostTrials });
  const open = runs.filter((run) => !hasEnded(run));
  for (const run of open) {
    const pod = pods.findLast((one) => isPodOf(one, run));
    const ended = pod && endOfPod(pod);
    await sayEnd(run, { phase: 'failed', ...(pod ? { pod } : {}), ...(ended ? { ended } : {}) }, collect);
  }
  return open.map((run) => run.uid);
}

const isPodOf = ({ metadata, spec }: PodObject, { cluster }: RunRecord): boolean =>
  cluster?.pod !== undefined && (metadata?.name === cluster.pod || spec?.hostname === cluster.pod);

/** Resolves once the Job is over or gone, or the signal fires. */
async function untilOver(uid: string, { watch, signal }: CollectOrphan): Promise<void> {
  await watch.synced;
  await untilSeen({ watch, uid, signal }, () => {
    const { job } = watch.objects(uid);
    return job === undefined || endOfJob(job) !== undefined;
  });
}

/** Says how a run ended, if it did not itself; what its pod has printed and not shipped is added. */
export async function sayEnd(
  run: RunRecord,
  sighting: RunSighting | undefined,
  { client, watch, store, storeDirectory }: Omit<CollectOrphan, 'signal'>,
): Promise<void> {
  if (hasEnded(run)) return;
  const { uid, project, parent = uid } = run;
  const asked = (one: string): string | undefined => pendingStopRequest(storeDirectory, project, one);
  // who stops a sweep stops its trials
  const reason = asked(uid) ?? asked(parent);
  const stop = reason === undefined ? undefined : ({ cause: 'abort', reason } as const);
  const report: AttemptReport = classifyPod(run, sighting, stop);
  const file = path.join(runDirectory(storeDirectory, project, uid), 'output.log');
  const output = new OutputLog(file, createRedactor({}));
  try {
    const pod = sighting?.pod?.metadata?.name;
    const source = { namespace: watch.namespace, pod: pod ?? '', container: mainContainer };
    if (pod !== undefined && sighting?.pod?.status?.phase !== 'Pending')
      await rescueOutput(client, source, { store, uid, output });
  } finally {
    output.end();
  }
  // from here on the journal is this process's
  const writer = store.openRun(uid);
  try {
    if (!hasEnded(writer.record())) writer.append(endEvent(report));
  } finally {
    writer.close();
  }
}
