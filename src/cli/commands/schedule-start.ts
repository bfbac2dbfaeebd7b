import { scheduleInCluster } from '../../projects/errors.ts';
import type { Project } from '../../projects/project-spec.ts';
import { findScheduleEntry } from '../../projects/schedules/schedule.ts';
import { runScheduler } from '../../projects/schedules/scheduler.ts';
import type { Execute } from '../command.ts';
import { fireInChild } from '../schedule/fire-in-child.ts';
import { renderSchedulerEvent } from '../schedule/render-scheduler-event.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway schedule start [name…]`: looks after the schedules until it is interrupted. */
export const scheduleStart: Execute = ({ args, session }) =>
  withWorkspace(session, async ({ project }) => {
    checkNames(project, args);
    const { signal, env, flags } = session;
    const directory = project.root;
    await runScheduler({
      directory,
      env,
      signal,
      ...(typeof flags.project === 'string' ? { project: flags.project } : {}),
      ...(args.length === 0 ? {} : { names: args }),
      fire: fireInChild({
        directory,
        // -C and --project count for the runs too
        env: typeof flags.project === 'string' ? { ...env, SLIPWAY_PROJECT: flags.project } : env,
      }),
      onEvent: (event) => void session.err.write(renderSchedulerEvent(event, session.err.colors)),
    });
    return undefined;
  });

function checkNames(project: Project, names: readonly string[]): void {
  for (const name of names)
    if (findScheduleEntry(project, name).engine === 'argo')
      throw scheduleInCluster(`schedule "${name}" has engine: argo, so the cluster keeps it`, {
        hint: 'leave it out here, or take engine: local',
      });
}
