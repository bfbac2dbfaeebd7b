import type { V1EnvVar } from '@kubernetes/client-node';
import { deliveryFiles } from '../../../runtime/agent/delivery-files.ts';
import { deliveryFolder } from '../../../runtime/kubernetes/manifest/render-environment.ts';
import { type ArgoOptions, workflowTimeoutMs } from '../compile-options.ts';
import { lastPodVariableName } from '../last-pod.ts';

/** Where a pod finds the plan, the tracking server and the pipeline's run. */
export function podVariables(options: ArgoOptions): Readonly<Record<string, string>> {
  const { run, trackingUrl, certificates } = options;
  return {
    SLIPWAY_TRACKING_URL: trackingUrl,
    SLIPWAY_TRACKING_TOKEN_FILE: `${deliveryFolder}/${deliveryFiles.token}`,
    ...(certificates ? { NODE_EXTRA_CA_CERTS: `${deliveryFolder}/${deliveryFiles.certificates}` } : {}),
    ...(run === undefined
      ? {
          SLIPWAY_WORKFLOW: '{{workflow.uid}}',
          SLIPWAY_WORKFLOW_NAME: '{{workflow.namespace}}/{{workflow.name}}',
          SLIPWAY_WORKFLOW_TIME: '{{workflow.creationTimestamp.s}}',
          SLIPWAY_WORKFLOW_SCHEDULED: '{{workflow.scheduledTime}}',
          SLIPWAY_WORKFLOW_TIMEOUT: String(workflowTimeoutMs(options)),
        }
      : { SLIPWAY_RUN: run }),
  };
}

/** Tells a pod how the one before it ended, where its template may try again. */
export const lastPodVariable: Readonly<Record<string, string>> = {
  [lastPodVariableName]: '{{lastRetry.status}} {{lastRetry.exitCode}}',
};

/** Variables of a container with ours in place of those of the same name, sorted by name. */
export function withVariables(
  variables: readonly V1EnvVar[],
  own: Readonly<Record<string, string>>,
): V1EnvVar[] {
  const kept = variables.filter(({ name }) => !Object.hasOwn(own, name) && name !== 'SLIPWAY_RUN');
  const added = Object.entries(own).map(([name, value]) => ({ name, value }));
  return [...kept, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
}
