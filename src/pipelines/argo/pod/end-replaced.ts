import { setTimeout as delay } from 'node:timers/promises';
import { hasEnded, type RunRecord } from '../../../tracking/run.ts';
import { searchAllRuns } from '../../../tracking/search-all-runs.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { tryEnterFlight } from '../../cache/flight.ts';
import { digestPlan } from '../../plan/digest-plan.ts';
import { endLeftSteps } from '../record/end-left-steps.ts';
import { recordStopped, stopOf } from '../record/record-stopped.ts';
import { clusterScheduleLabel, workflowLabel } from '../step-record.ts';
import type { PodPlace } from './read-pod-place.ts';

/** Milliseconds that pods which the cluster is ending get to say themselves how their steps ended. */
const ownEndMs = 40_000;
const lookMs = 500;

/**
 * Ends the records of older runs of a schedule whose runs replace one another: the cluster has deleted their workflows, and with them
 * whoever would have said how they ended.
 */
export async function endReplaced(
  { context: { replaces }, plan, pipelineRun, workflow }: PodPlace,
  store: RunStore,
): Promise<void> {
  if (replaces === undefined || workflow === undefined) return;
  const [namespace = ''] = workflow.split('/');
  const runs = await searchAllRuns(store, { labels: { [clusterScheduleLabel]: replaces } });
  const isOlder = (run: RunRecord): boolean =>
    run.kind === 'pipeline' &&
    run.uid < pipelineRun &&
    run.labels[workflowLabel]?.startsWith(`${namespace}/`) === true &&
    !hasEnded(run);
  const reason = `replaced by run ${pipelineRun} of schedule "${replaces}"`;
  for (const run of runs.filter(isOlder)) {
    // other pods of this run look as well
    const flight = await tryEnterFlight({ store, name: `replaced-${run.uid}` });
    if (flight === undefined) continue;
    try {
      await endRun(store, run, { plan, reason });
    } finally {
      await flight.release();
    }
  }
}

async function endRun(
  store: RunStore,
  run: RunRecord,
  { plan, reason }: Pick<PodPlace, 'plan'> & { readonly reason: string },
): Promise<void> {
  const running = async (): Promise<readonly RunRecord[]> =>
    (await searchAllRuns(store, { parent: run.uid })).filter((step) => !hasEnded(step));
  for (const step of await running()) await store.requestStop(step.uid, reason);
  for (const end = performance.now() + ownEndMs; performance.now() < end; await delay(lookMs))
    if ((await running()).length === 0) break;
  await endLeftSteps(store, run.uid, reason);
  if (hasEnded(await store.getRun(run.uid))) return;
  const isSame = run.function?.digest === digestPlan(plan);
  await recordStopped(store, run, { ...(isSame ? { plan } : {}), stop: stopOf(run, reason) });
}
