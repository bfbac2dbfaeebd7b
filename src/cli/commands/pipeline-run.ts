import type { StepSelection } from '../../pipelines/resume/select-steps.ts';
import { planPart } from '../../projects/partial-pipeline.ts';
import { planPipeline } from '../../projects/start-pipeline.ts';
import type { Execute, Invocation } from '../command.ts';
import { usageError } from '../errors.ts';
import { createPipelineRequest, type PipelineOptionName } from '../pipeline/create-pipeline-request.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { loadNamedPipeline } from '../pipeline/load-named-pipeline.ts';
import { runAndReport } from '../pipeline/run-and-report.ts';
import { withWorkspace } from '../with-workspace.ts';

type SelectionOption = 'fromStep' | 'onlyStep' | 'untilStep' | 'of';

/** `slipway pipeline run [pipeline]`. */
export const pipelineRun: Execute<PipelineOptionName | SelectionOption | 'quiet' | 'output' | 'json'> = ({
  args,
  options,
  session,
}) =>
  withWorkspace(session, async (workspace) => {
    const selection = stepSelection(options);
    const named = await loadNamedPipeline(workspace, args[0]);
    const request = { ...createPipelineRequest(named, options, session.directory), source: named.source };
    const whole = await explainBroken(`pipeline "${named.pipeline.name}"`, () =>
      planPipeline(workspace, named.pipeline, request),
    );
    const plan = selection === undefined ? whole : await planPart(workspace, whole, selection, options.of);
    return runAndReport(workspace, session, options, { plan, request });
  });

/** The part of the pipeline that is asked for; undefined for all of it. */
function stepSelection({
  fromStep: from,
  onlyStep: only,
  untilStep: until,
  of,
}: Invocation<SelectionOption>['options']): StepSelection | undefined {
  if (only !== undefined && (from !== undefined || until !== undefined))
    throw usageError('--only names the one step to run; --from and --until name several', {
      hint: 'give --only alone, or --from and --until',
    });
  if (of !== undefined && from === undefined && only === undefined)
    throw usageError('--of names a run to take outputs from, but every step runs', {
      hint: 'give --from <step> or --only <step> with it',
    });
  if (from === undefined && only === undefined && until === undefined) return undefined;
  return {
    ...(from === undefined ? {} : { from }),
    ...(only === undefined ? {} : { only }),
    ...(until === undefined ? {} : { until }),
  };
}
