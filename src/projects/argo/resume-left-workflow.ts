import { endWorkflow } from '../../pipelines/argo/follow/end-workflow.ts';
import type { SubmittedWorkflow } from '../../pipelines/argo/follow/workflow-api.ts';
import { endLeftSteps } from '../../pipelines/argo/record/end-left-steps.ts';
import { resumeImpossible } from '../../pipelines/errors.ts';
import { digestPlan } from '../../pipelines/plan/digest-plan.ts';
import type { Plan } from '../../pipelines/plan/plan.ts';
import { kubeconfigInvalid, kubernetesUnreachable } from '../../runtime/kubernetes/errors.ts';
import { runBusy } from '../../tracking/errors.ts';
import { type RunRecord, terminalStates } from '../../tracking/run.ts';
import type { Workspace } from '../workspace.ts';
import { findLeftWorkflow, type LeftWorkflow } from './left-workflow.ts';

/** What becomes of the workflow that a run left behind: it is taken up again, or has been ended. */
export type LeftBehind =
  | { readonly type: 'taken-up'; readonly plan: Plan; readonly workflow: SubmittedWorkflow }
  | { readonly type: 'ended' };

export interface ResumeLeftOptions {
  /** As the pipeline is planned now. */
  readonly planned: Plan;
  /** Whether it may go on as it is. */
  readonly mayTakeUp: boolean;
}

/**
 * Sees to it that a pipeline which is resumed does not run twice: the workflow of the run before is followed on where it is what would
 * be submitted now and nothing of it has failed; else it is ended, and its pods with it.
 * @throws RUN_BUSY while somebody follows it, RESUME_IMPOSSIBLE where its cluster cannot be asked, WORKFLOW_NOT_ENDED
 */
export async function resumeLeftWorkflow(
  workspace: Workspace,
  run: RunRecord,
  { planned, mayTakeUp }: ResumeLeftOptions,
): Promise<LeftBehind> {
  const left = await lookFor(workspace, run);
  if (left === undefined) return { type: 'ended' };
  const { client, workflow, archived, isAlone } = left;
  if (!terminalStates.has(run.state))
    throw runBusy(`run "${run.uid}" is still going on, on the cluster at "${client.server}"`, {
      hint: `wait for it to end, or stop it: slipway stop ${run.uid}`,
    });
  if (workflow === undefined) {
    await endLeftSteps(workspace.store, run.uid, 'its workflow is gone');
    return { type: 'ended' };
  }
  const isSame = archived !== undefined && planKey(archived.plan) === planKey(planned);
  // pods that brought their runs to the process which was killed have nobody to bring them to
  const isHeard = workspace.server !== undefined;
  if (mayTakeUp && isSame && isHeard && !isAlone && run.state === 'lost' && goesWell(left))
    return { type: 'taken-up', plan: archived.plan, workflow };
  if (!workflow.view.isOver)
    workspace.onProgress?.(
      `cluster: ending the workflow "${workflow.name}" of run "${run.uid}" before the pipeline goes on`,
    );
  await endWorkflow(client, workflow, { shutdown: 'Terminate' });
  await endLeftSteps(workspace.store, run.uid, 'the pipeline is resumed without it');
  return { type: 'ended' };
}

async function lookFor(workspace: Workspace, run: RunRecord): Promise<LeftWorkflow | undefined> {
  try {
    return await findLeftWorkflow(workspace, run);
  } catch (error) {
    if (!kubernetesUnreachable.is(error) && !kubeconfigInvalid.is(error)) throw error;
    throw resumeImpossible(
      `the workflow of run "${run.uid}" may still be going on, and its cluster cannot be asked: ${error.message}`,
      {
        hint: `try again when it can be reached; if the cluster is gone for good: slipway pipeline resume ${run.uid} --abandon`,
        cause: error,
      },
    );
  }
}

/** What is planned, whatever earlier runs stand for. */
function planKey(plan: Plan): string {
  const { pruned: _, ...spec } = plan.spec;
  return digestPlan({ ...plan, spec });
}

/** Whether it goes on, or has completed, with nobody having told it to end. */
function goesWell({ workflow }: LeftWorkflow): boolean {
  if (workflow === undefined || workflow.isStopping) return false;
  const { isOver, phase, tasks } = workflow.view;
  const hasFailed = [...tasks.values()].some((task) => task.phase === 'Failed' || task.phase === 'Error');
  return !hasFailed && (!isOver || phase === 'Succeeded');
}
