import { nextTimes } from '../../projects/schedules/list-schedules.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway schedule next <name>`: the times to come. */
export const scheduleNext: Execute<'count' | 'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const times = await nextTimes(workspace, args[0] ?? '', {
      now: session.clock.now(),
      limit: options.count,
    });
    const text = times.map((time) => `${time}\n`).join('');
    await present(session, options, { data: () => times, text: () => text, names: () => times });
    return undefined;
  });
