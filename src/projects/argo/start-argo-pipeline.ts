import { createUid } from '../../core/id.ts';
import { checkSupport } from '../../pipelines/argo/compile/check-support.ts';
import { defaultServiceAccount } from '../../pipelines/argo/compile-options.ts';
import type { FollowArgoOptions } from '../../pipelines/argo/follow/following.ts';
import { requireAccount, requireArgo } from '../../pipelines/argo/follow/workflow-api.ts';
import { startArgo, takeUpArgo } from '../../pipelines/argo/start-argo.ts';
import type { Plan } from '../../pipelines/plan/plan.ts';
import { runningSteps } from '../../pipelines/plan/plan-graph.ts';
import { archivePlan, startOptions } from '../../pipelines/resume/plan-archive.ts';
import type { RunningPipeline } from '../../pipelines/run-plan.ts';
import { watchStopRequests } from '../../tracking/stop-request.ts';
import { checkClusterSteps, stepKubernetes } from '../cluster/cluster-steps.ts';
import type { PipelineRequest, StartedPipeline } from '../start-pipeline.ts';
import type { Workspace } from '../workspace.ts';
import { declaredImagesOf, filesOfPlan, imagesOfSteps } from './argo-steps.ts';
import { clusterOf } from './cluster-of.ts';

/**
 * Starts a plan as a workflow: images are built and pushed, files of this machine are put into the store, and what the pods do is
 * followed from here. Everything that can be wrong is found before the workflow is created.
 * @throws PLAN_NOT_SUPPORTED, ARGO_MISSING, IMAGE_OPTIONS_INVALID, INVALID_KUBERNETES_OPTIONS, KUBERNETES_…, TRACKING_ADDRESS_NEEDED
 */
export async function startArgoPipeline(
  workspace: Workspace,
  plan: Plan,
  request: PipelineRequest,
  secrets: Readonly<Record<string, string>>,
): Promise<StartedPipeline> {
  const { project } = workspace;
  checkSupport(plan);
  const steps = runningSteps(plan);
  await checkClusterSteps(workspace, steps, { ...request, runtime: 'kubernetes' });
  const settings = clusterOf(steps, request);
  const client = await workspace.cluster(settings);
  await requireArgo(client);
  await requireAccount(client, settings.namespace ?? client.namespace, defaultServiceAccount);
  const openRoute = await workspace.route(settings);
  const routed = { project: project.name, storeDirectory: project.storeDirectory, server: client.server };
  const following = {
    ...followOptions(workspace, request),
    client,
    namespace: settings.namespace ?? client.namespace,
  };
  const { uid = createUid(), takesUp } = request;
  if (takesUp !== undefined) {
    const options = { ...following, namespace: takesUp.namespace, route: await openRoute(routed), uid };
    return started(plan, takeUpArgo(plan, options, takesUp));
  }
  const [images, declaredImages, files, route] = await Promise.all([
    imagesOfSteps(workspace, plan, request),
    declaredImagesOf(workspace, plan, request),
    filesOfPlan(workspace, plan),
    openRoute(routed),
  ]);
  // what was written here must be there before a pod asks for it
  await workspace.settle();
  archivePlan(project.storeDirectory, { plan, ...startOptions(request) }, uid);
  const running = await startArgo(plan, {
    ...following,
    uid,
    route,
    secrets,
    images,
    declaredImages,
    files,
  }).catch(async (error: unknown) => {
    await route.close();
    throw error;
  });
  return started(plan, running);
}

const started = (plan: Plan, { uid, wait, abort }: RunningPipeline): StartedPipeline => ({
  uid,
  plan,
  wait,
  abort,
});

/** What following a workflow takes of a request, whoever submitted it. */
function followOptions(
  { store, project, onProgress }: Workspace,
  request: PipelineRequest,
): Omit<FollowArgoOptions, 'client' | 'namespace' | 'route'> {
  const { uid, name, labels, timeoutMs, signal, onEvent, followLogs } = request;
  return {
    store,
    kubernetesOf: (step) => stepKubernetes(step, request) ?? {},
    stopRequested: (run, stopSignal) =>
      watchStopRequests(project.storeDirectory, project.name, run, stopSignal),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(uid === undefined ? {} : { uid }),
    ...(name === undefined ? {} : { name }),
    ...(labels === undefined ? {} : { labels }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(followLogs === undefined ? {} : { followLogs }),
  };
}
