import type { PlanStep } from '../../pipelines/plan/plan.ts';
import { mergeKubernetesOptions } from '../../runtime/cluster-options/merge-kubernetes-options.ts';
import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { PipelineRequest } from '../start-pipeline.ts';
import type { Workspace } from '../workspace.ts';

/** Where a step runs: as it says, else as the pipeline's run does, else as the project. */
export function stepRuntime(
  { project }: Pick<Workspace, 'project'>,
  { options }: Pick<PlanStep, 'options'>,
  { runtime }: Pick<PipelineRequest, 'runtime'>,
): string {
  return options.runtime ?? runtime ?? project.spec.runtime ?? 'process';
}

/** How a step's pod looks: what the plan says, which has project and function in it, and before it what the run of the pipeline asks. */
export function stepKubernetes(
  { options }: Pick<PlanStep, 'options'>,
  { kubernetes }: Pick<PipelineRequest, 'kubernetes'>,
): KubernetesOptions | undefined {
  return mergeKubernetesOptions(options.kubernetes, kubernetes);
}

/**
 * Refuses, before anything starts, steps whose pods could not be rendered or whose images a cluster could not pull.
 * @throws INVALID_KUBERNETES_OPTIONS, IMAGE_OPTIONS_INVALID
 */
export async function checkClusterSteps(
  workspace: Workspace,
  steps: readonly PlanStep[],
  request: PipelineRequest,
): Promise<void> {
  const remote = steps.filter((step) => stepRuntime(workspace, step, request) === 'kubernetes');
  if (remote.length === 0) return;
  const [{ parseKubernetesOptions }, { requirePushName }] = await Promise.all([
    import('../../runtime/kubernetes/manifest/options-schema.ts'),
    import('./pushed-image.ts'),
  ]);
  for (const step of remote) {
    parseKubernetesOptions(stepKubernetes(step, request) ?? {}, `step "${step.id}"`);
    const image = step.options.image ?? request.image;
    if (image === undefined && typeof workspace.project.spec.image !== 'string')
      requirePushName(workspace, step.function, request.imageName);
  }
}
