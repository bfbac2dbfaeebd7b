import { type ErrorRecord, errorRecord } from '../../core/error.ts';
import { runExists } from '../../tracking/errors.ts';
import type { Workspace } from '../workspace.ts';
import { findScheduleEntry } from './schedule.ts';
import { ScheduleLog } from './schedule-log.ts';
import { type ScheduledRun, type ScheduledRunOptions, startScheduledRun } from './scheduled-run.ts';

/**
 * Starts the run of a claimed time and records that it has started, or why it could not be. Throws the latter. Undefined: another
 * process has started it under this uid, which cannot happen twice.
 */
export async function fireSchedule(
  workspace: Workspace,
  name: string,
  options: ScheduledRunOptions,
): Promise<ScheduledRun | undefined> {
  const { at, uid } = options;
  const log = openScheduleLog(workspace, name);
  try {
    const run = await startScheduledRun(workspace, findScheduleEntry(workspace.project, name), options);
    log.started(at, uid);
    return run;
  } catch (error) {
    if (runExists.is(error)) {
      log.started(at, uid);
      return undefined;
    }
    log.failed(at, uid, shortError(error));
    throw error;
  }
}

export function openScheduleLog({ project }: Pick<Workspace, 'project'>, schedule: string): ScheduleLog {
  return new ScheduleLog({ storeDirectory: project.storeDirectory, project: project.name, schedule });
}

const shortError = (error: unknown): Pick<ErrorRecord, 'code' | 'message'> => {
  const { code, message } = errorRecord(error);
  return { code, message };
};
