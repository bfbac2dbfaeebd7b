import { showSchedule } from '../../projects/schedules/list-schedules.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { renderSchedules, renderTimes } from '../schedule/schedule-table.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway schedule show <name>`. */
export const scheduleShow: Execute<'limit' | 'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const { limit } = options;
    const schedule = await showSchedule(workspace, args[0] ?? '', { now: session.clock.now(), limit });
    await present(session, options, {
      data: () => schedule,
      text: () =>
        [renderSchedules([schedule], session, true), renderTimes(schedule.times, session)]
          .filter((part) => part !== '')
          .join('\n'),
      names: () => [schedule.name],
    });
    return undefined;
  });
