import { internalError } from '../../core/errors.ts';
import { scheduleNotStarted } from '../../projects/errors.ts';
import { fireSchedule, openScheduleLog } from '../../projects/schedules/fire-schedule.ts';
import { findScheduleEntry } from '../../projects/schedules/schedule.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { Execute } from '../command.ts';
import { exitCodeOfRecord } from '../exit-code.ts';
import { renderPipelineResult } from '../output/pipeline-result.ts';
import { isDocument, type OutputChoice, present } from '../output/present.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import { renderRunResult } from '../output/render-run.ts';
import { recordDocument } from '../output/run-document.ts';
import { listStepRuns } from '../pipeline/run-and-report.ts';
import { inProjectFolder } from '../schedule/in-project-folder.ts';
import type { Session } from '../session.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway schedule run <name>`: the run of a schedule now, beside its times. */
export const scheduleRun: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (given) => {
    const [name = ''] = args;
    findScheduleEntry(given.project, name);
    const workspace = inProjectFolder(given);
    const claim = openScheduleLog(workspace, name).claim(session.clock.now(), { manual: true });
    if (claim === undefined)
      throw scheduleNotStarted(`schedule "${name}" is being run by hand at this very moment`, {
        hint: 'try again',
      });
    const run = await fireSchedule(workspace, name, { ...claim, signal: session.signal });
    if (run === undefined) throw internalError(`uid "${claim.uid}" was given twice`);
    await session.err.write(`run ${run.uid}\n`);
    return report(workspace, session, options, await run.wait());
  });

async function report(
  workspace: Workspace,
  session: Session,
  options: OutputChoice,
  record: RunRecord,
): Promise<number> {
  const { colors } = session.out;
  const steps =
    record.kind === 'pipeline' && !isDocument(options) ? await listStepRuns(workspace, record) : [];
  await present(session, options, {
    data: () => recordDocument(record),
    text: () =>
      record.kind === 'pipeline'
        ? renderPipelineResult(record, steps, session, workspace.project.storeDirectory)
        : renderRunResult(record, colors),
    names: () => [record.uid],
  });
  if (record.error && !isDocument(options))
    await session.err.write(renderErrorRecord(record.error, session.err.colors));
  return exitCodeOfRecord(record);
}
