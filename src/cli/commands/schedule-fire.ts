import { errorRecord } from '../../core/error.ts';
import { fireSchedule } from '../../projects/schedules/fire-schedule.ts';
import type { Execute } from '../command.ts';
import { inProjectFolder } from '../schedule/in-project-folder.ts';
import { withWorkspace } from '../with-workspace.ts';

/**
 * `slipway schedule fire <name> <at> <uid>`: what a scheduler starts for a time that it has claimed, so that code of the project neither
 * stays in its process nor ends it. Says on stdout, a line of JSON each, that the run has started and how it ended.
 */
export const scheduleFire: Execute = ({ args, session }) =>
  withWorkspace(session, async (given) => {
    const [name = '', at = '', uid = ''] = args;
    const say = (line: object): Promise<void> => session.out.write(`${JSON.stringify(line)}\n`);
    try {
      const options = { at: Number(at), uid, signal: session.signal };
      const run = await fireSchedule(inProjectFolder(given), name, options);
      await say({ started: uid });
      const record = await run?.wait();
      await say({ ended: uid, ...(record === undefined ? {} : { state: record.state }) });
      return 0;
    } catch (error) {
      await say({ error: errorRecord(error) });
      return 1;
    }
  });
