import { existsSync } from 'node:fs';
import type { Pipeline } from '../pipelines/dsl/pipeline.ts';
import { resumeImpossible } from '../pipelines/errors.ts';
import type { Plan } from '../pipelines/plan/plan.ts';
import { type ArchivedPlan, readArchivedPlan, startOptions } from '../pipelines/resume/plan-archive.ts';
import { findPriorSteps } from '../pipelines/resume/prior-steps.ts';
import { reuseSteps } from '../pipelines/resume/reuse-steps.ts';
import { resumeRun } from '../tracking/resume-run.ts';
import type { RunRecord } from '../tracking/run.ts';
import { notAPipeline } from './errors.ts';
import { loadPipeline } from './load-pipeline.ts';
import { type PipelineRequest, planPipeline } from './start-pipeline.ts';
import type { Workspace } from './workspace.ts';

export interface ResumeOptions {
  /** The pipeline, where the caller has it. @default planned again from where the run's was */
  readonly pipeline?: Pipeline;
  /** Run exactly the plan of that run, whatever the code is now. @default false */
  readonly asPlanned?: boolean;
  /** Do not look for what the run has left on its cluster, which is gone for good. @default false */
  readonly abandon?: boolean;
  readonly request?: PipelineRequest;
}

/** A pipeline run that goes on where another one ended. */
export interface ResumePlan {
  readonly plan: Plan;
  readonly request: PipelineRequest;
  /** Steps that run again although they had completed, and why. */
  readonly notes: readonly string[];
}

/**
 * Plans a pipeline again as it was run, with the steps pruned that completed. Throws `RESUME_IMPOSSIBLE`, `RUN_NOT_FOUND`,
 * `RUN_BUSY` while it is still under way.
 */
export async function planResume(
  workspace: Workspace,
  reference: string,
  options: ResumeOptions = {},
): Promise<ResumePlan> {
  const { store, project } = workspace;
  const run = await store.getRun(reference);
  refuseEnded(run);
  await resumeRun(store, run.uid, 'must');
  const archived = readArchivedPlan(project.storeDirectory, run);
  const request = resumeRequest(run, archived, options.request ?? {});
  const planned = await planAgain(workspace, archived, request, options);
  const taken = options.abandon === true ? undefined : await takeUpLeft(workspace, run, planned, request);
  if (taken !== undefined) return taken;
  const prior = await findPriorSteps(store, run, archived.plan, { endsOrphans: true });
  const { plan, notes } = reuseSteps(planned, archived.plan, prior);
  return { plan, notes, request };
}

/** The workflow that the run has left, where it is followed on; what is not to go on has been ended by then. */
async function takeUpLeft(
  workspace: Workspace,
  run: RunRecord,
  planned: Plan,
  request: PipelineRequest,
): Promise<ResumePlan | undefined> {
  const { resumeLeftWorkflow } = await import('./argo/resume-left-workflow.ts');
  const left = await resumeLeftWorkflow(workspace, run, { planned, mayTakeUp: request.engine === 'argo' });
  if (left.type === 'ended') return undefined;
  const { plan, workflow } = left;
  return {
    plan,
    request: { ...request, labels: run.labels, uid: run.uid, takesUp: workflow },
    notes: [`run "${run.uid}" goes on: its workflow "${workflow.name}" is followed again`],
  };
}

function refuseEnded({ uid, kind, state }: RunRecord): void {
  if (kind !== 'pipeline')
    throw notAPipeline(`run "${uid}" is no run of a pipeline`, {
      hint: 'to repeat a single run start it again',
    });
  if (state === 'completed')
    throw resumeImpossible(`pipeline run "${uid}" has completed; there is nothing to resume`, {
      hint: `to run a part of it again: slipway pipeline run --from <step> --of ${uid}`,
    });
}

function resumeRequest(run: RunRecord, archived: ArchivedPlan, given: PipelineRequest): PipelineRequest {
  return {
    ...startOptions(archived),
    name: run.name,
    ...given,
    params: archived.plan.spec.arguments,
    onFailure: given.onFailure ?? archived.plan.spec.onFailure,
    labels: { ...run.labels, ...given.labels, 'resumed-from': run.uid },
  };
}

/** From its source, so that what was corrected counts; a partial run and one without a source as it was. */
async function planAgain(
  workspace: Workspace,
  { plan, source }: ArchivedPlan,
  request: PipelineRequest,
  { pipeline, asPlanned = false }: ResumeOptions,
): Promise<Plan> {
  const isPartial = Object.values(plan.spec.pruned ?? {}).some((one) => one.type === 'left-out');
  if (asPlanned || isPartial || (pipeline === undefined && source === undefined)) {
    requireBundles(plan);
    return plan;
  }
  const fromRoot = { project: workspace.project, directory: workspace.project.root };
  const loaded = pipeline ?? (await loadPipeline(fromRoot, source ?? ''));
  const { parallelism } = plan.spec;
  const again = planPipeline(workspace, loaded, request);
  return parallelism === undefined ? again : { ...again, spec: { parallelism, ...again.spec } };
}

function requireBundles({ spec, metadata }: Plan): void {
  for (const { name, bundleDirectory } of Object.values(spec.functions))
    if (bundleDirectory !== undefined && !existsSync(bundleDirectory))
      throw resumeImpossible(
        `the bundle of function "${name}", as pipeline "${metadata.name}" was run with, is gone`,
        { hint: 'resume it without --as-planned, or run the pipeline again', details: { name } },
      );
}
