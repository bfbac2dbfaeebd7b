import type { Plan } from '../../pipelines/plan/plan.ts';
import { type PipelineRequest, startPipelinePlan } from '../../projects/start-pipeline.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { RunRecord } from '../../tracking/run.ts';
import { exitCodeOfRecord } from '../exit-code.ts';
import { renderPipelineResult } from '../output/pipeline-result.ts';
import { isDocument, type OutputChoice, present } from '../output/present.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import { pipelineDocument } from '../output/run-document.ts';
import type { Session } from '../session.ts';
import { showPipeline } from './show-pipeline.ts';

/** Runs a plan to its end, shown while it runs, and prints its record; gives the exit code. */
export async function runAndReport(
  workspace: Workspace,
  session: Session,
  options: OutputChoice & { readonly quiet: boolean },
  { plan, request }: { readonly plan: Plan; readonly request: PipelineRequest },
): Promise<number> {
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
}

/** The runs of a pipeline's steps; those that were removed since are left out. */
export async function listStepRuns(
  { store }: Pick<Workspace, 'store'>,
  record: RunRecord,
): Promise<readonly RunRecord[]> {
  const uids = new Set((record.steps ?? []).flatMap((step) => step.runUid ?? []));
  const found = await Promise.allSettled([...uids].map((uid) => store.getRun(uid)));
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}
