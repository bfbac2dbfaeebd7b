import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import { createOnce } from '../../../runtime/kubernetes/api/create-once.ts';
import { retryPassing } from '../../../runtime/kubernetes/api/retry-passing.ts';
import { kubernetesNotFound } from '../../../runtime/kubernetes/errors.ts';
import { createDelivery } from '../create-delivery.ts';
import { undeliveredKey } from '../delivery-target.ts';
import { argoAccountMissing, argoMissing } from '../errors.ts';
import type { Workflow } from '../workflow.ts';

interface Created {
  readonly metadata: { readonly uid: string };
}

/** Annotation of a workflow: when its controller was reminded of it. */
export const remindedKey = 'slipway.run/reminded';
const mergePatch = 'application/merge-patch+json';
/** Milliseconds for which a cluster that does not answer is asked to take away what could not be completed. */
const deleteMs = 10_000;

/**
 * Refuses a namespace without the account of workflow pods: they would wait for it without a word. Who may not look goes on.
 * @throws ARGO_ACCOUNT_MISSING
 */
export async function requireAccount(client: ApiClient, namespace: string, account: string): Promise<void> {
  try {
    await client.request('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/${account}`);
  } catch (error) {
    if (!kubernetesNotFound.is(error)) return;
    throw argoAccountMissing(`the namespace "${namespace}" has no service account "${account}"`, {
      hint: `create it: slipway kubernetes manifest --namespace ${namespace} --argo | kubectl apply -f -`,
    });
  }
}

/** Where workflows of a namespace are. */
export function workflowsPath(namespace: string): string {
  return `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
}

/** Where a workflow is. */
export function workflowPath({ name, namespace }: SubmittedWorkflow): string {
  return `${workflowsPath(namespace)}/${name}`;
}

/**
 * Refuses a cluster without Argo before anything is created there.
 * @throws ARGO_MISSING
 */
export async function requireArgo(client: ApiClient): Promise<void> {
  try {
    await client.request('GET', '/apis/argoproj.io/v1alpha1');
  } catch (error) {
    if (!kubernetesNotFound.is(error)) throw error;
    throw argoMissing(`the cluster at "${client.server}" has no Argo Workflows`, {
      hint: 'install it (https://argo-workflows.readthedocs.io, 3.7 or newer), or use the local engine with --runtime kubernetes',
    });
  }
}

export interface SubmittedWorkflow {
  readonly name: string;
  readonly namespace: string;
}

export interface WorkflowParts {
  /** With the name that it is to have. */
  readonly workflow: Workflow;
  /** ConfigMaps. */
  readonly plan: readonly object[];
  readonly secret: object;
}

/**
 * Creates a workflow that is held back until what its pods are brought is there, which belongs to it and goes with it; then it is let go.
 * Where that fails it is taken away again.
 */
export async function createWorkflow(
  client: ApiClient,
  namespace: string,
  { workflow, plan, secret }: WorkflowParts,
): Promise<SubmittedWorkflow> {
  const { apiVersion, kind, metadata, spec } = workflow;
  const held = {
    ...workflow,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [undeliveredKey]: 'true' } },
    spec: { ...spec, suspend: true },
  };
  const submitted = { name: metadata.name ?? '', namespace };
  const path = workflowPath(submitted);
  try {
    const created =
      (await createOnce<Created>(client, workflowsPath(namespace), held)) ??
      (await retryPassing(() => client.request<Created>('GET', path)));
    const owner = { apiVersion, kind, ...submitted, uid: created.metadata.uid };
    await createDelivery(client, owner, { plan, secret });
    const body = { metadata: { annotations: { [undeliveredKey]: null } }, spec: { suspend: null } };
    await retryPassing(() => client.request('PATCH', path, { body, contentType: mergePatch }));
    return submitted;
  } catch (error) {
    await deleteWorkflow(client, submitted).catch(() => undefined);
    throw error;
  }
}

/** Deletes a workflow, and with it what its pods are brought; one that is gone is left in peace. */
export async function deleteWorkflow(client: ApiClient, workflow: SubmittedWorkflow): Promise<void> {
  try {
    await retryPassing(() => client.request('DELETE', workflowPath(workflow)), deleteMs);
  } catch (error) {
    if (!kubernetesNotFound.is(error)) throw error;
  }
}

/** Changes the `spec` of a workflow; one that is gone is left in peace. */
export function patchWorkflow(client: ApiClient, workflow: SubmittedWorkflow, spec: object): Promise<void> {
  return patch(client, workflow, { spec });
}

/** Changes a workflow in a way that means nothing, so that whoever watches it sees it as it is; one that is gone is left in peace. */
export function touchWorkflow(client: ApiClient, workflow: SubmittedWorkflow): Promise<void> {
  return patch(client, workflow, { metadata: { annotations: { [remindedKey]: new Date().toISOString() } } });
}

async function patch(client: ApiClient, workflow: SubmittedWorkflow, body: object): Promise<void> {
  try {
    await client.request('PATCH', workflowPath(workflow), { body, contentType: mergePatch });
  } catch (error) {
    if (!kubernetesNotFound.is(error)) throw error;
  }
}
