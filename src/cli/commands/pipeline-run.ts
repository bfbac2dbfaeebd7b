import { planPipeline, startPipelinePlan } from '../../projects/start-pipeline.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { Execute } from '../command.ts';
import { exitCodeOfRecord } from '../exit-code.ts';
import { renderPipelineResult } from '../output/pipeline-result.ts';
import { isDocument, present } from '../output/present.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import { pipelineDocument } from '../output/run-document.ts';
import { createPipelineRequest, type PipelineOptionName } from '../pipeline/create-pipeline-request.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { loadNamedPipeline } from '../pipeline/load-named-pipeline.ts';
import { showPipeline } from '../pipeline/show-pipeline.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway pipeline run [pipeline]`. */
export const pipelineRun: Execute<PipelineOptionName | 'quiet' | 'output' | 'json'> = ({
  args,
  options,
  session,
}) =>
  withWorkspace(session, async (workspace) => {
    const named = await loadNamedPipeline(workspace, args[0]);
    const request = createPipelineRequest(named, options);
    const plan = await explainBroken(`pipeline "${named.pipeline.name}"`, () =>
      planPipeline(workspace, named.pipeline, request),
    );
    const display = showPipeline(session, options.quiet);
    const started = await startPipelinePlan(workspace, plan, {
      ...request,
      signal: session.signal,
      onEvent: display.onEvent,
      followLogs: !options.quiet,
    });
    const record = await started.wait();
    await display.close();
    const stepRuns = isDocument(options) ? [] : await listStepRuns(workspace, record);
    await present(session, options, {
      data: () => pipelineDocument(record),
      text: () => renderPipelineResult(record, stepRuns, session, workspace.project.storeDirectory),
      names: () => [record.uid],
    });
    if (record.error && !isDocument(options))
      await session.err.write(renderErrorRecord(record.error, session.err.colors));
    return exitCodeOfRecord(record);
  });

async function listStepRuns({ store }: Workspace, record: RunRecord): Promise<readonly RunRecord[]> {
  const uids = new Set((record.steps ?? []).flatMap((step) => step.runUid ?? []));
  return Promise.all([...uids].map((uid) => store.getRun(uid)));
}
