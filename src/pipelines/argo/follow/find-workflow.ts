import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import { kubernetesNotFound } from '../../../runtime/kubernetes/errors.ts';
import { labelKeys } from '../../../runtime/kubernetes/manifest/object-name.ts';
import { undeliveredKey } from '../delivery-target.ts';
import { type SubmittedWorkflow, workflowPath, workflowsPath } from './workflow-api.ts';
import { viewWorkflow, type WorkflowObject, type WorkflowView } from './workflow-nodes.ts';

/** A workflow of a pipeline's run that is there, whoever made it. */
export interface FoundWorkflow extends SubmittedWorkflow {
  /** That the cluster gave it. */
  readonly uid: string;
  /** Seconds since 1970. */
  readonly createdSeconds: number;
  readonly view: WorkflowView;
  /** Whether somebody has suspended it or told it to end. */
  readonly isStopping: boolean;
  /** Whether whoever submitted it was gone before its pods were brought what they need: it must not run. */
  readonly isUndelivered: boolean;
}

/** The workflow that was submitted for a pipeline's run; undefined where the namespace has none, or none any more. */
export async function findWorkflow(
  client: ApiClient,
  namespace: string,
  run: string,
): Promise<FoundWorkflow | undefined> {
  const { items } = await client.request<{ readonly items: readonly WorkflowObject[] }>(
    'GET',
    workflowsPath(namespace),
    { query: { labelSelector: `${labelKeys.run}=${run}` } },
  );
  const [found] = items;
  return found && describeWorkflow(found, namespace);
}

/** A workflow by its name; undefined where it is not. */
export async function readWorkflow(
  client: ApiClient,
  workflow: SubmittedWorkflow,
): Promise<FoundWorkflow | undefined> {
  try {
    const found = await client.request<WorkflowObject>('GET', workflowPath(workflow));
    return describeWorkflow(found, workflow.namespace);
  } catch (error) {
    if (kubernetesNotFound.is(error)) return undefined;
    throw error;
  }
}

function describeWorkflow(found: WorkflowObject, namespace: string): FoundWorkflow {
  const { name = '', uid = '', creationTimestamp = '' } = found.metadata ?? {};
  return {
    name,
    namespace,
    uid,
    createdSeconds: Date.parse(creationTimestamp) / 1000,
    view: viewWorkflow(found),
    isStopping: found.spec?.suspend === true || Boolean(found.spec?.shutdown),
    isUndelivered: found.metadata?.annotations?.[undeliveredKey] !== undefined,
  };
}
