import { listSchedules } from '../../projects/schedules/list-schedules.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { renderSchedules } from '../schedule/schedule-table.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway schedule list`. */
export const scheduleList: Execute<'output' | 'json'> = ({ options, session }) =>
  withWorkspace(session, async (workspace) => {
    const schedules = await listSchedules(workspace, session.clock.now());
    await present(session, options, {
      data: () => schedules,
      text: (wide) => renderSchedules(schedules, session, wide),
      names: () => schedules.map(({ name }) => name),
    });
    return undefined;
  });
