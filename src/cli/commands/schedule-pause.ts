import { type DeployedSchedule, suspendSchedule } from '../../projects/argo/deploy-schedule.ts';
import { planSchedule } from '../../projects/argo/plan-schedule.ts';
import { openScheduleLog } from '../../projects/schedules/fire-schedule.ts';
import { showSchedule } from '../../projects/schedules/list-schedules.ts';
import { findScheduleEntry } from '../../projects/schedules/schedule.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { inProjectFolder } from '../schedule/in-project-folder.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway schedule pause <name>`: no run of it starts until it is resumed, whatever is restarted meanwhile. */
export const schedulePause: Execute<'reason' | 'output' | 'json'> = ({ args, options, session }) =>
  change(args[0] ?? '', { options, session }, { paused: true, reason: options.reason });

/** `slipway schedule resume <name>`: times that passed meanwhile stay left out. */
export const scheduleResume: Execute<'output' | 'json'> = ({ args, options, session }) =>
  change(args[0] ?? '', { options, session }, { paused: false });

function change(
  name: string,
  { options, session }: Pick<Parameters<Execute<'output' | 'json'>>[0], 'options' | 'session'>,
  { paused, reason }: { readonly paused: boolean; readonly reason?: string | undefined },
): Promise<undefined> {
  return withWorkspace(session, async (given) => {
    const isClusters = findScheduleEntry(given.project, name).engine === 'argo';
    const workspace = isClusters ? inProjectFolder(given) : given;
    // a cluster that cannot be told goes on: then nothing is noted here either
    const kept = isClusters ? await tellCluster(workspace, name, paused) : undefined;
    const log = openScheduleLog(workspace, name);
    if (log.status().paused !== paused) {
      if (paused) log.pause(reason);
      else log.resume();
    }
    const { times: _, ...schedule } = await showSchedule(workspace, name, {
      now: session.clock.now(),
      limit: 1,
    });
    await present(session, options, {
      data: () => (isClusters ? { ...schedule, deployed: kept ?? null } : schedule),
      text: () =>
        `schedule ${name} is ${schedule.state}${schedule.next === null ? '' : `; next ${schedule.next}`}\n`,
      names: () => [name],
    });
    if (isClusters && kept === undefined)
      await session.err.write(
        `the cluster does not have schedule ${name} yet: slipway schedule deploy ${name}\n`,
      );
    return undefined;
  });
}

async function tellCluster(
  workspace: Workspace,
  name: string,
  paused: boolean,
): Promise<DeployedSchedule | undefined> {
  const planned = await explainBroken(`schedule "${name}"`, () => planSchedule(workspace, name));
  return suspendSchedule(workspace, planned, paused);
}
