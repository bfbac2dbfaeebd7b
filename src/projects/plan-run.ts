import type { Pipeline } from '../pipelines/dsl/pipeline.ts';
import type { StepSelection } from '../pipelines/resume/select-steps.ts';
import { planPart } from './partial-pipeline.ts';
import { planResume, type ResumePlan } from './resume-pipeline.ts';
import { type PipelineRequest, planPipeline } from './start-pipeline.ts';
import type { Workspace } from './workspace.ts';

/** What of a pipeline is to run: all of it, a part, or what an earlier run left. */
export interface RunPart extends StepSelection {
  /** Pipeline run to take outputs from. @default the latest that has them */
  readonly of?: string;
  /** Pipeline run to go on with: what it completed is not repeated. */
  readonly resume?: string;
  /** Run exactly the plan of that run, whatever the code is now. @default false */
  readonly asPlanned?: boolean;
  /** Do not look for what that run has left on its cluster, which is gone for good. @default false */
  readonly abandon?: boolean;
}

/** The plan of a pipeline for a request, pruned to the part that is to run. */
export async function planRun(
  workspace: Workspace,
  pipeline: Pipeline,
  request: PipelineRequest,
  { resume, asPlanned, abandon, of, ...selection }: RunPart,
): Promise<ResumePlan> {
  if (resume !== undefined) {
    const how = { asPlanned: asPlanned === true, abandon: abandon === true };
    return planResume(workspace, resume, { pipeline, request, ...how });
  }
  const plan = planPipeline(workspace, pipeline, request);
  const isPart = Object.values(selection).some((step) => step !== undefined);
  return { plan: isPart ? await planPart(workspace, plan, selection, of) : plan, request, notes: [] };
}
