import { planResume } from '../../projects/resume-pipeline.ts';
import type { Execute } from '../command.ts';
import { createPipelineRequest, type PipelineOptionName } from '../pipeline/create-pipeline-request.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { runAndReport } from '../pipeline/run-and-report.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway pipeline resume [run]`. */
export const pipelineResume: Execute<
  | Exclude<PipelineOptionName, 'param' | 'name' | 'label'>
  | 'asPlanned'
  | 'abandon'
  | 'quiet'
  | 'output'
  | 'json'
> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const { asPlanned, abandon } = options;
    const { plan, request, notes } = await explainBroken('the pipeline', () =>
      planResume(workspace, args[0] ?? '@last', {
        asPlanned,
        abandon,
        request: createPipelineRequest({}, options, session.directory),
      }),
    );
    for (const note of notes) await session.err.write(`${note}\n`);
    return runAndReport(workspace, session, options, { plan, request });
  });
