import { isUid } from '../../core/id.ts';
import { planPipeline } from '../../projects/start-pipeline.ts';
import { createPipelineRequest } from '../pipeline/create-pipeline-request.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { loadNamedPipeline } from '../pipeline/load-named-pipeline.ts';
import { presentPlan } from '../pipeline/present-plan.ts';
import type { DescribeRequest } from './describe-request.ts';
import { describeRun } from './describe-run.ts';

/** `slipway describe pipeline <name or run>`: the plan of a pipeline of the project, or a run of one. */
export async function describePipeline(request: DescribeRequest): Promise<void> {
  const { workspace, session, options, name } = request;
  if (isUid(name) || name.startsWith('@')) return describeRun(request);
  const named = await loadNamedPipeline(workspace, name);
  const plan = await explainBroken(`pipeline "${name}"`, () =>
    planPipeline(workspace, named.pipeline, createPipelineRequest(named, {}, workspace.directory)),
  );
  await presentPlan(session, { graph: options.output, json: options.json }, plan);
}
