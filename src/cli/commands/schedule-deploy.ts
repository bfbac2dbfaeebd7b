import { type DeployedSchedule, deploySchedule } from '../../projects/argo/deploy-schedule.ts';
import { planSchedule } from '../../projects/argo/plan-schedule.ts';
import { scheduleNotFound } from '../../projects/errors.ts';
import type { Project } from '../../projects/project-spec.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { inProjectFolder } from '../schedule/in-project-folder.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway schedule deploy [name…]`: gives schedules with `engine: argo` to the cluster. */
export const scheduleDeploy: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (given) => {
    const workspace = inProjectFolder(given);
    const names = args.length > 0 ? args : clusterSchedules(workspace.project);
    // what is wrong with one is told before any other is changed
    const planned = [];
    for (const name of names)
      planned.push(await explainBroken(`schedule "${name}"`, () => planSchedule(workspace, name)));
    const deployed: DeployedSchedule[] = [];
    for (const one of planned) deployed.push(await deploySchedule(workspace, one));
    await present(session, options, {
      data: () => deployed,
      text: () => deployed.map(renderDeployed).join(''),
      names: () => deployed.map(({ schedule }) => schedule),
    });
    return undefined;
  });

function clusterSchedules({ name, spec }: Project): readonly string[] {
  const names = (spec.schedules ?? []).filter(({ engine }) => engine === 'argo').map((one) => one.name);
  if (names.length > 0) return names;
  throw scheduleNotFound(`project "${name}" has no schedule with engine: argo`, {
    hint: 'write engine: argo beside those in project.yaml that a cluster is to keep',
  });
}

const renderDeployed = ({ schedule, cronWorkflow, namespace, suspended }: DeployedSchedule): string =>
  `schedule ${schedule} is kept by CronWorkflow ${namespace}/${cronWorkflow}${suspended ? ', suspended' : ''}\n`;
