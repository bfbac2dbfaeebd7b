import { planResume } from '../../projects/resume-pipeline.ts';
import type { Execute } from '../command.ts';
import { cacheMode, type PipelineOptionName } from '../pipeline/create-pipeline-request.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { runAndReport } from '../pipeline/run-and-report.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway pipeline resume [run]`. */
export const pipelineResume: Execute<
  Exclude<PipelineOptionName, 'param' | 'name' | 'label'> | 'asPlanned' | 'quiet' | 'output' | 'json'
> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const { runtime, image, network, onFailure, parallel, timeout, asPlanned } = options;
    const cache = cacheMode(options);
    const { plan, request, notes } = await explainBroken('the pipeline', () =>
      planResume(workspace, args[0] ?? '@last', {
        asPlanned,
        request: {
          ...(runtime === undefined ? {} : { runtime }),
          ...(image === undefined ? {} : { image }),
          ...(network === undefined ? {} : { network }),
          ...(onFailure === undefined ? {} : { onFailure }),
          ...(cache === undefined ? {} : { cache }),
          ...(parallel === undefined ? {} : { parallelism: parallel }),
          ...(timeout === undefined ? {} : { timeoutMs: timeout }),
        },
      }),
    );
    for (const note of notes) await session.err.write(`${note}\n`);
    return runAndReport(workspace, session, options, { plan, request });
  });
