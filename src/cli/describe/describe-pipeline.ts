import { isUid } from '../../core/id.ts';
import { loadNamedPipeline } from '../pipeline/load-named-pipeline.ts';
import { presentPlan } from '../pipeline/present-plan.ts';
import type { DescribeRequest } from './describe-request.ts';
import { describeRun } from './describe-run.ts';

/** `slipway describe pipeline <name or run>`: the plan of a pipeline of the project, or a run of one. */
export async function describePipeline(request: DescribeRequest): Promise<void> {
  if (isUid(request.name) || request.name.startsWith('@')) return describeRun(request);
  const pipeline = await loadNamedPipeline(request.workspace, request.name);
  await presentPlan(request, pipeline, {});
}
