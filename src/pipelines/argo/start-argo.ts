import { readFileSync } from 'node:fs';
import { type ErrorRecord, errorRecord } from '../../core/error.ts';
import { createUid } from '../../core/id.ts';
import type { DeliveredInput } from '../../runtime/job.ts';
import { createPipelineRun, PipelineJournal } from '../engine/pipeline-journal.ts';
import type { Plan } from '../plan/plan.ts';
import { allSteps } from '../plan/plan-graph.ts';
import type { RunningPipeline } from '../run-plan.ts';
import { warnOfSize } from './compile/check-limits.ts';
import { compileArgo, workflowName } from './compile-argo.ts';
import { type FollowArgoOptions, Following } from './follow/following.ts';
import { createWorkflow, type SubmittedWorkflow, type WorkflowParts } from './follow/workflow-api.ts';
import { imagesBy } from './images-by.ts';
import { renderPlanDelivery } from './render-plan-delivery.ts';
import { renderSecretDelivery } from './render-secret-delivery.ts';

export interface StartArgoOptions extends FollowArgoOptions {
  /** Values of secrets of all steps, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Image of each step by digest, by id. */
  readonly images: ReadonlyMap<string, string>;
  /** What of a step's image counts for the cache, by id. */
  readonly declaredImages: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, DeliveredInput>>;
  /** Account of pods. @default 'slipway-argo' */
  readonly serviceAccount?: string;
}

/**
 * Submits a plan as a workflow and follows it to its end: the record is that of any engine. It begins before the workflow does and says
 * where that will be, so that none is left of which nobody knows; where the cluster refuses the workflow, the record ends with that.
 * @throws PLAN_NOT_SUPPORTED, DELIVERY_TOO_LARGE before anything is recorded, KUBERNETES_…
 */
export async function startArgo(plan: Plan, options: StartArgoOptions): Promise<RunningPipeline> {
  const { client, namespace, store } = options;
  const uid = options.uid ?? createUid();
  const parts = renderParts(plan, uid, options);
  const cluster = { server: client.server, namespace, workflow: workflowName(plan.metadata.name, uid) };
  const journal = new PipelineJournal(createPipelineRun(store, plan, { ...options, uid, cluster }));
  try {
    const submitted = await createWorkflow(client, namespace, parts);
    return new Following(plan, options, submitted, journal).start();
  } catch (error) {
    endUnstarted(journal, plan, errorRecord(error));
    throw error;
  }
}

/** The record of a pipeline whose workflow the cluster has not taken: no step of it ran. */
function endUnstarted(journal: PipelineJournal, plan: Plan, error: ErrorRecord): void {
  const state = 'skipped';
  const reason = 'its workflow could not be created';
  for (const { id: step, function: called } of allSteps(plan))
    journal.step({ type: 'step', time: Date.now(), step, function: called, state, reason });
  journal.end('error', {}, error);
}

/** Goes on with a run whose follower has gone, where its workflow is by now. */
export function takeUpArgo(
  plan: Plan,
  options: FollowArgoOptions & { readonly uid: string },
  workflow: SubmittedWorkflow,
): RunningPipeline {
  const writer = options.store.openRun(options.uid);
  writer.append({ kind: 'state', state: 'running' });
  return new Following(plan, options, workflow, new PipelineJournal(writer)).start();
}

function renderParts(plan: Plan, uid: string, options: StartArgoOptions): WorkflowParts {
  const { namespace, route, secrets, images, files, declaredImages, name, labels } = options;
  const object = workflowName(plan.metadata.name, uid);
  const certificates = route.caFile === undefined ? undefined : readFileSync(route.caFile, 'utf8');
  const size = warnOfSize(2 * plan.spec.steps.length);
  if (size !== undefined) options.onProgress?.(size);
  const target = { name: object, namespace, labels: { 'slipway.run': uid } };
  const context = {
    files,
    declaredImages,
    images: Object.fromEntries(images),
    ...(name === undefined ? {} : { name }),
    ...(labels === undefined ? {} : { labels }),
  };
  const delivered = renderPlanDelivery(plan, context, target);
  const workflow = compileArgo(plan, {
    name: object,
    namespace,
    run: uid,
    delivery: object,
    deliveryParts: delivered.length,
    trackingUrl: route.url,
    certificates: certificates !== undefined,
    imageOf: imagesBy(images),
    kubernetesOf: options.kubernetesOf,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.serviceAccount === undefined ? {} : { serviceAccount: options.serviceAccount }),
  });
  const content = { token: route.token, secrets, ...(certificates === undefined ? {} : { certificates }) };
  return { workflow, plan: delivered, secret: renderSecretDelivery(content, target) };
}
