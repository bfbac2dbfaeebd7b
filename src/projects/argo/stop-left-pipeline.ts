import { setTimeout as delay } from 'node:timers/promises';
import { endWorkflow } from '../../pipelines/argo/follow/end-workflow.ts';
import type { FoundWorkflow } from '../../pipelines/argo/follow/find-workflow.ts';
import { patchWorkflow } from '../../pipelines/argo/follow/workflow-api.ts';
import { endLeftSteps } from '../../pipelines/argo/record/end-left-steps.ts';
import { recordStopped, stopOf } from '../../pipelines/argo/record/record-stopped.ts';
import type { PipelineStop } from '../../pipelines/argo/record/replay-run.ts';
import { workflowLabel } from '../../pipelines/argo/step-record.ts';
import type { ApiClient } from '../../runtime/kubernetes/api/api-client.ts';
import { hasEnded, type RunRecord, terminalStates } from '../../tracking/run.ts';
import { searchAllRuns } from '../../tracking/search-all-runs.ts';
import type { Workspace } from '../workspace.ts';
import { findLeftWorkflow } from './left-workflow.ts';

/** Milliseconds that steps have to end by themselves before Argo ends their pods. */
const stopMs = 10_000;
const lookMs = 250;

/**
 * Stops a pipeline on Argo that nobody follows, the workflow itself, so that no pod starts any more; its exit step runs, and the record
 * is brought to its end. A run that somebody follows, or that has ended, is left alone.
 * @throws WORKFLOW_NOT_ENDED, KUBECONFIG_INVALID, KUBERNETES_…
 */
export async function stopLeftPipeline(workspace: Workspace, run: RunRecord, reason: string): Promise<void> {
  const { onProgress, store } = workspace;
  const isLeft =
    run.labels[workflowLabel] === undefined ? run.state === 'lost' : !terminalStates.has(run.state);
  if (run.kind !== 'pipeline' || !isLeft) return;
  const left = await findLeftWorkflow(workspace, run);
  if (left === undefined) return;
  const { client, workflow, isAlone, archived } = left;
  if (workflow === undefined && isAlone) {
    onProgress?.(
      `cluster: ${client.server} has no workflow of run "${run.uid}"; on another cluster its steps hear of the request when they begin`,
    );
    return;
  }
  const stop = workflow === undefined || workflow.view.isOver ? undefined : stopOf(run, reason);
  if (workflow !== undefined && stop !== undefined) {
    onProgress?.(
      `cluster: ending the workflow "${workflow.name}" in namespace "${workflow.namespace}", which nobody follows`,
    );
    await stopWorkflow(workspace, { client, workflow }, run, stop);
  }
  await endLeftSteps(store, run.uid, reason);
  // its last pod has said how it ended
  if (isAlone && hasEnded(await store.getRun(run.uid))) return;
  // a workflow that had ended by then was not stopped; one that never came to be was
  const hasRun = (await searchAllRuns(store, { parent: run.uid })).length > 0;
  const isOver = stop === undefined && (workflow !== undefined || hasRun);
  await recordStopped(store, run, { plan: archived?.plan, stop: stop ?? stopOf(run, reason), isOver });
}

/** No further pod starts, what runs is asked to stop and then ended, the exit step is told why. */
async function stopWorkflow(
  { store, leave }: Workspace,
  { client, workflow }: { readonly client: ApiClient; readonly workflow: FoundWorkflow },
  { uid }: RunRecord,
  { reason, cause }: PipelineStop,
): Promise<void> {
  const writer = store.openRun(uid);
  writer.append({ kind: 'state', state: 'running', reason, error: cause.toJSON() });
  writer.close();
  await leave(uid);
  await patchWorkflow(client, workflow, { suspend: true });
  const running = async (): Promise<readonly RunRecord[]> =>
    (
      await store.searchRuns({
        parent: uid,
        filter: "state in ('created', 'pending', 'running')",
        all: true,
        limit: 1000,
      })
    ).runs;
  for (const step of await running()) await store.requestStop(step.uid, reason);
  for (const end = performance.now() + stopMs; performance.now() < end; await delay(lookMs))
    if ((await running()).length === 0) break;
  await endWorkflow(client, workflow, { shutdown: 'Stop' });
}
