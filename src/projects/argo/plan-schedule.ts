import type { Plan } from '../../pipelines/plan/plan.ts';
import { scheduleNotDeployed } from '../errors.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { type ClusterSchedule, clusterSchedule } from '../schedules/cluster-schedule.ts';
import { loadCron } from '../schedules/cron-times.ts';
import { openScheduleLog } from '../schedules/fire-schedule.ts';
import { createSchedule, findScheduleEntry } from '../schedules/schedule.ts';
import { scheduleLabel, timeoutOf } from '../schedules/scheduled-run.ts';
import { type PipelineRequest, planPipeline } from '../start-pipeline.ts';
import type { Workspace } from '../workspace.ts';

/** A schedule that a cluster keeps, with the plan that it runs. */
export interface PlannedSchedule {
  readonly schedule: ClusterSchedule;
  /** Whether project.yaml lets it run, paused or not. */
  readonly isEnabled: boolean;
  readonly plan: Plan;
  readonly request: PipelineRequest;
}

/**
 * What a schedule with `engine: argo` runs, as project.yaml says it. Throws what the code of the pipeline throws, and:
 * @throws SCHEDULE_NOT_FOUND, SCHEDULE_NOT_DEPLOYED for one that this machine keeps, SCHEDULE_NOT_PORTABLE
 */
export async function planSchedule(workspace: Workspace, name: string): Promise<PlannedSchedule> {
  const { spec } = workspace.project;
  const entry = findScheduleEntry(workspace.project, name);
  if (entry.engine !== 'argo')
    throw scheduleNotDeployed(
      `schedule "${name}" is not for a cluster: \`slipway schedule start\` keeps it`,
      {
        hint: 'write engine: argo beside it in project.yaml',
      },
    );
  const { paused } = openScheduleLog(workspace, name).status();
  const schedule = clusterSchedule(createSchedule(entry, await loadCron()), paused);
  const known = spec.pipelines?.find((one) => one.name === schedule.pipeline);
  const request: PipelineRequest = {
    params: { ...known?.params, ...entry.params },
    labels: { ...entry.labels, [scheduleLabel]: name },
    ...(known?.onFailure === undefined ? {} : { onFailure: known.onFailure }),
    ...timeoutOf(entry),
  };
  const pipeline = await loadPipeline(workspace, schedule.pipeline);
  return {
    schedule,
    isEnabled: entry.enabled ?? true,
    request,
    plan: planPipeline(workspace, pipeline, request),
  };
}
