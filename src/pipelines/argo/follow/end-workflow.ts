import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import type { PodObject } from '../../../runtime/kubernetes/api/objects.ts';
import { retryPassing } from '../../../runtime/kubernetes/api/retry-passing.ts';
import { workflowNotEnded } from '../errors.ts';
import { type FoundWorkflow, readWorkflow } from './find-workflow.ts';
import { remindController } from './remind-controller.ts';
import { deleteWorkflow, patchWorkflow, type SubmittedWorkflow, touchWorkflow } from './workflow-api.ts';

export interface EndWorkflowOptions {
  /** `Stop` lets the exit step run, `Terminate` does not. */
  readonly shutdown: 'Stop' | 'Terminate';
  /** Milliseconds that it may take. @default 300000 */
  readonly withinMs?: number;
}

const lookMs = 500;

/**
 * Ends a workflow that nobody follows; one whose pods were never brought what they need is taken away, its exit step would wait for that.
 * Resolves when it has ended, and no pod of it runs any more; at once for one that is gone.
 * @throws WORKFLOW_NOT_ENDED, KUBERNETES_…
 */
export async function endWorkflow(
  client: ApiClient,
  workflow: FoundWorkflow,
  { shutdown, withinMs = 300_000 }: EndWorkflowOptions,
): Promise<void> {
  if (workflow.isUndelivered) await deleteWorkflow(client, workflow);
  else await retryPassing(() => patchWorkflow(client, workflow, { suspend: null, shutdown }));
  const ended = new AbortController();
  const touch = (): Promise<void> => retryPassing(() => touchWorkflow(client, workflow));
  const reminded = remindController({ isDue: () => true, touch, signal: ended.signal });
  // a reminder that is refused says nothing about the end that is waited for
  reminded.catch(() => undefined);
  try {
    await untilEnded(client, workflow, withinMs);
  } finally {
    ended.abort();
  }
}

/** Resolves when the workflow has ended, and no pod of it runs any more. @throws WORKFLOW_NOT_ENDED, KUBERNETES_… */
async function untilEnded(client: ApiClient, workflow: SubmittedWorkflow, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  while (await retryPassing(() => isUnderWay(client, workflow))) {
    if (performance.now() > until)
      throw workflowNotEnded(
        `the workflow "${workflow.name}" in namespace "${workflow.namespace}" was told to end and has not, after ${Math.round(withinMs / 1000)} s`,
        { hint: 'look at its pods (kubectl get pods), delete it if nothing else helps, and try again' },
      );
    await delay(lookMs);
  }
}

async function isUnderWay(client: ApiClient, workflow: SubmittedWorkflow): Promise<boolean> {
  const found = await readWorkflow(client, workflow);
  if (found !== undefined && !found.view.isOver) return true;
  const { items } = await client.request<{ readonly items: readonly PodObject[] }>(
    'GET',
    `/api/v1/namespaces/${workflow.namespace}/pods`,
    { query: { labelSelector: `workflows.argoproj.io/workflow=${workflow.name}` } },
  );
  return items.some(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
}
