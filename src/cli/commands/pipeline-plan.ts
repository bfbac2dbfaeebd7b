import { planPipeline } from '../../projects/start-pipeline.ts';
import type { Execute } from '../command.ts';
import { createPipelineRequest } from '../pipeline/create-pipeline-request.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { loadNamedPipeline } from '../pipeline/load-named-pipeline.ts';
import { presentPlan } from '../pipeline/present-plan.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway pipeline plan [pipeline]`. */
export const pipelinePlan: Execute<
  'param' | 'onFailure' | 'cache' | 'noCache' | 'cacheMode' | 'output' | 'json'
> = ({
  args,
  options,
  session,
}) =>
  withWorkspace(session, async (workspace) => {
    const named = await loadNamedPipeline(workspace, args[0]);
    const plan = await explainBroken(`pipeline "${named.pipeline.name}"`, () =>
      planPipeline(workspace, named.pipeline, createPipelineRequest(named, options)),
    );
    await presentPlan(session, options, plan);
    return undefined;
  });
