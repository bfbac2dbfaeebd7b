import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import { kubernetesNotFound } from '../../../runtime/kubernetes/errors.ts';
import { createDelivery, type Delivery } from '../create-delivery.ts';
import { undeliveredKey } from '../delivery-target.ts';
import { cronWorkflowTaken } from '../errors.ts';
import type { CronWorkflow, ManifestMeta } from '../workflow.ts';

/** A CronWorkflow as the cluster has it. */
export interface CronWorkflowObject {
  readonly metadata: ManifestMeta & { readonly name: string; readonly uid: string };
  readonly spec: Pick<CronWorkflow['spec'], 'suspend'>;
}

/** Which CronWorkflow, and whose it has to be. */
export interface CronWorkflowTarget {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The CronWorkflow of a schedule; undefined where the cluster has none.
 * @throws CRON_WORKFLOW_TAKEN where one of this name is not of the schedule
 */
export async function findCronWorkflow(
  client: ApiClient,
  target: CronWorkflowTarget,
): Promise<CronWorkflowObject | undefined> {
  const { name, namespace, labels } = target;
  const found = await client
    .request<CronWorkflowObject>('GET', cronWorkflowPath(target))
    .catch((error: unknown) => {
      if (kubernetesNotFound.is(error)) return undefined;
      throw error;
    });
  const other = Object.entries(labels).find(([key, value]) => found?.metadata.labels?.[key] !== value);
  if (found === undefined || other === undefined) return found;
  const [key, value] = other;
  throw cronWorkflowTaken(
    `the CronWorkflow "${name}" in namespace "${namespace}" is not of this schedule: its label "${key}" is "${found.metadata.labels?.[key] ?? ''}", not "${value}"`,
    { hint: 'give the schedule another name, or the project another namespace' },
  );
}

/**
 * Whether the cluster starts runs of the schedule; undefined where it has no CronWorkflow of it, or one that was not brought all that its
 * runs need.
 */
export async function suspendCronWorkflow(
  client: ApiClient,
  target: CronWorkflowTarget,
  suspend: boolean,
): Promise<CronWorkflowObject | undefined> {
  const found = await findCronWorkflow(client, target);
  if (found?.metadata.annotations?.[undeliveredKey] !== undefined) return undefined;
  if (found === undefined || found.spec.suspend === suspend) return found;
  return client.request('PATCH', cronWorkflowPath(target), {
    body: { spec: { suspend } },
    contentType: 'application/merge-patch+json',
  });
}

export interface CronWorkflowParts extends Delivery {
  readonly cronWorkflow: CronWorkflow;
}

/**
 * Creates a CronWorkflow or brings it up to date. What its pods are brought belongs to it and goes when it is deleted: a new one is held
 * back until that is there, one that is there is told of it last. What it brought before stays for runs that go on.
 */
export async function applyCronWorkflow(
  client: ApiClient,
  target: CronWorkflowTarget,
  { cronWorkflow, plan, secret }: CronWorkflowParts,
): Promise<CronWorkflowObject> {
  const { name, namespace } = target;
  const { apiVersion, kind } = cronWorkflow;
  const path = cronWorkflowPath(target);
  const known = await findCronWorkflow(client, target);
  const { metadata } = known ?? (await apply(client, path, heldBack(cronWorkflow)));
  await createDelivery(client, { apiVersion, kind, name, namespace, uid: metadata.uid }, { plan, secret });
  return apply(client, path, cronWorkflow);
}

function heldBack(cronWorkflow: CronWorkflow): CronWorkflow {
  const { metadata, spec } = cronWorkflow;
  return {
    ...cronWorkflow,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [undeliveredKey]: 'true' } },
    spec: { ...spec, suspend: true },
  };
}

function cronWorkflowPath({ name, namespace }: Pick<CronWorkflowTarget, 'name' | 'namespace'>): string {
  return `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/cronworkflows/${name}`;
}

function apply(client: ApiClient, path: string, body: object): Promise<CronWorkflowObject> {
  return client.request('PATCH', path, {
    query: { fieldManager: 'slipway', force: true },
    body,
    contentType: 'application/apply-patch+yaml',
  });
}
