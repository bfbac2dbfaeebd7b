import { readFileSync } from 'node:fs';
import { createUid } from '../../core/id.ts';
import { checkSupport } from '../../pipelines/argo/compile/check-support.ts';
import { scheduleObject } from '../../pipelines/argo/compile-schedule.ts';
import { requireArgo } from '../../pipelines/argo/follow/workflow-api.ts';
import { renderSecretDelivery } from '../../pipelines/argo/render-secret-delivery.ts';
import {
  applyCronWorkflow,
  type CronWorkflowTarget,
  suspendCronWorkflow,
} from '../../pipelines/argo/schedule/cron-workflow-api.ts';
import { runningSteps } from '../../pipelines/plan/plan-graph.ts';
import type { ApiClient } from '../../runtime/kubernetes/api/api-client.ts';
import { collectSecrets } from '../collect-secrets.ts';
import type { Workspace } from '../workspace.ts';
import { clusterOf } from './cluster-of.ts';
import { compileScheduled } from './compile-pipeline.ts';
import type { PlannedSchedule } from './plan-schedule.ts';

/** A schedule as a cluster keeps it. */
export interface DeployedSchedule {
  readonly schedule: string;
  /** Name of the CronWorkflow. */
  readonly cronWorkflow: string;
  readonly namespace: string;
  /** `https://host:port` of the cluster. */
  readonly cluster: string;
  readonly suspended: boolean;
}

/**
 * Gives a schedule to the cluster, or brings it up to date there: images are built and pushed, the plan, the token of the tracking server
 * and the values of secrets are put beside the CronWorkflow. Everything that can be wrong here is found before anything is changed there.
 * @throws PLAN_NOT_SUPPORTED, ARGO_MISSING, TRACKING_ADDRESS_NEEDED, SECRET_MISSING, CRON_WORKFLOW_TAKEN, KUBERNETES_…
 */
export async function deploySchedule(
  workspace: Workspace,
  planned: PlannedSchedule,
): Promise<DeployedSchedule> {
  const { schedule, plan, request } = planned;
  const { project, server } = workspace;
  checkSupport(plan);
  const steps = runningSteps(plan);
  const secrets = collectSecrets(
    workspace,
    steps.flatMap((step) => step.options.secrets ?? []),
  );
  const { client, target, settings } = await reach(workspace, planned);
  await requireArgo(client);
  // without a server of its own there is nobody to take the runs: compiling says so
  const openRoute = server === undefined ? undefined : await workspace.route(settings);
  const route = await openRoute?.({
    project: project.name,
    storeDirectory: project.storeDirectory,
    server: client.server,
  });
  const certificates = route?.caFile === undefined ? undefined : readFileSync(route.caFile, 'utf8');
  // under a name of its own each time: what is there already is not changed, which would show it
  const delivery = `${target.name}-${createUid()}`;
  const form = { kind: 'schedule', schedule, delivery, certificates: certificates !== undefined } as const;
  const { cronWorkflow, delivered } = await compileScheduled(workspace, plan, request, form);
  const content = {
    token: route?.token ?? '',
    secrets,
    ...(certificates === undefined ? {} : { certificates }),
  };
  const { spec } = await applyCronWorkflow(client, target, {
    cronWorkflow,
    plan: delivered,
    secret: renderSecretDelivery(content, { name: delivery }),
  });
  return describe(client, target, { schedule: schedule.name, suspended: spec.suspend });
}

/** Lets the cluster start runs of a schedule, or none; undefined where it does not have the schedule. */
export async function suspendSchedule(
  workspace: Workspace,
  planned: PlannedSchedule,
  suspend: boolean,
): Promise<DeployedSchedule | undefined> {
  const { client, target } = await reach(workspace, planned);
  // what project.yaml turns off stays off
  const found = await suspendCronWorkflow(client, target, suspend || !planned.isEnabled);
  return (
    found && describe(client, target, { schedule: planned.schedule.name, suspended: found.spec.suspend })
  );
}

async function reach(
  workspace: Workspace,
  { plan, request, schedule }: PlannedSchedule,
): Promise<{
  readonly client: ApiClient;
  readonly target: CronWorkflowTarget;
  readonly settings: ReturnType<typeof clusterOf>;
}> {
  const settings = clusterOf(runningSteps(plan), request);
  const client = await workspace.cluster(settings);
  const namespace = settings.namespace ?? client.namespace;
  return { client, settings, target: { ...scheduleObject(plan, schedule), namespace } };
}

const describe = (
  { server }: ApiClient,
  { name, namespace }: CronWorkflowTarget,
  state: Pick<DeployedSchedule, 'schedule' | 'suspended'>,
): DeployedSchedule => ({ ...state, cronWorkflow: name, namespace, cluster: server });
