import { planNotSupported } from '../../pipelines/errors.ts';
import type { PlanStep } from '../../pipelines/plan/plan.ts';
import { stepKubernetes } from '../cluster/cluster-steps.ts';
import type { PipelineRequest } from '../start-pipeline.ts';
import type { ClusterSettings } from '../workspace.ts';

const fields = ['kubeconfig', 'context', 'namespace', 'trackingAddress'] as const;

/**
 * The one cluster, and namespace, that a workflow goes to.
 * @throws PLAN_NOT_SUPPORTED where steps ask for several
 */
export function clusterOf(
  steps: readonly PlanStep[],
  request: Pick<PipelineRequest, 'kubernetes'>,
): ClusterSettings {
  const found: Record<string, string> = {};
  for (const step of steps) {
    const options = stepKubernetes(step, request) ?? {};
    for (const field of fields) {
      const value = options[field];
      if (value === undefined) continue;
      if (found[field] !== undefined && found[field] !== value)
        throw planNotSupported(
          `step "${step.id}" asks for the ${field} "${value}", another step for "${found[field]}"; a workflow has one`,
          { hint: `say it once for the pipeline, in project.yaml or by a flag` },
        );
      found[field] = value;
    }
  }
  return found;
}
