import type { Pipeline } from '../pipelines/dsl/pipeline.ts';
import type { Plan } from '../pipelines/plan/plan.ts';
import type { StepSelection } from '../pipelines/resume/select-steps.ts';
import { planPart } from './partial-pipeline.ts';
import { planResume } from './resume-pipeline.ts';
import { type PipelineRequest, planPipeline } from './start-pipeline.ts';
import type { Workspace } from './workspace.ts';

/** What of a pipeline is to run: all of it, a part, or what an earlier run left. */
export interface RunPart extends StepSelection {
  /** Pipeline run to take outputs from. @default the latest that has them */
  readonly of?: string;
  /** Pipeline run to go on with: what it completed is not repeated. */
  readonly resume?: string;
}

/** The plan of a pipeline for a request, pruned to the part that is to run. */
export async function planRun(
  workspace: Workspace,
  pipeline: Pipeline,
  request: PipelineRequest,
  { resume, of, ...selection }: RunPart,
): Promise<{ readonly plan: Plan; readonly request: PipelineRequest }> {
  if (resume !== undefined) return planResume(workspace, resume, { pipeline, request });
  const plan = planPipeline(workspace, pipeline, request);
  const isPart = Object.values(selection).some((step) => step !== undefined);
  return { plan: isPart ? await planPart(workspace, plan, selection, of) : plan, request };
}
