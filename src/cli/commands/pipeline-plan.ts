import { planPipeline } from '../../projects/start-pipeline.ts';
import type { Execute } from '../command.ts';
import { createPipelineRequest } from '../pipeline/create-pipeline-request.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { loadNamedPipeline } from '../pipeline/load-named-pipeline.ts';
import { presentPlan, presentPlanDifference } from '../pipeline/present-plan.ts';
import { readPlan } from '../pipeline/read-plan.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway pipeline plan [pipeline]`; with `--against`, what differs from another plan. */
export const pipelinePlan: Execute<
  'param' | 'onFailure' | 'cache' | 'noCache' | 'cacheMode' | 'against' | 'graph' | 'json'
> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const named = await loadNamedPipeline(workspace, args[0]);
    const plan = await explainBroken(`pipeline "${named.pipeline.name}"`, () =>
      planPipeline(workspace, named.pipeline, createPipelineRequest(named, options, session.directory)),
    );
    if (options.against === undefined) await presentPlan(session, options, plan);
    else
      await presentPlanDifference(
        session,
        options,
        await readPlan(workspace, options.against, options),
        plan,
      );
    return undefined;
  });
