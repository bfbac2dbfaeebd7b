import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { PlanStep } from '../plan/plan.ts';

/** What a workflow needs to know beside its plan. */
export interface ArgoOptions {
  /** Of the workflow. @default the pipeline's name and an end that the cluster gives */
  readonly name?: string;
  readonly namespace?: string;
  /** Image of a step, by digest. */
  readonly imageOf: (step: PlanStep) => string;
  /** How the pod of a step looks. @default as of any run */
  readonly kubernetesOf?: (step: PlanStep) => KubernetesOptions;
  /** ConfigMap with the plan, and Secret with the token of the tracking server and the values of secrets. */
  readonly delivery: string;
  /** ConfigMaps that the plan is dealt out over. @default 1 */
  readonly deliveryParts?: number;
  /** Address of the tracking server, as pods reach it. */
  readonly trackingUrl: string;
  /** Whether the Secret also brings the certificates of the authority that the server's own is from. @default false */
  readonly certificates?: boolean;
  /** uid of the pipeline's run, where somebody follows the workflow and keeps its journal. @default one for each workflow, kept by its pods */
  readonly run?: string;
  /** Labels of the pipeline's run, where its pods keep the journal. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Account under which pods report their results to Argo. @default 'slipway-argo' */
  readonly serviceAccount?: string;
  /** Milliseconds for the whole pipeline. @default a week where nobody follows the workflow, who would see that it hangs */
  readonly timeoutMs?: number;
  /** Seconds that an ended workflow is kept. @default 3600 */
  readonly ttlSeconds?: number;
}

const longestAloneMs = 7 * 24 * 3_600_000;

/** Milliseconds after which a workflow is ended, if ever. */
export function workflowTimeoutMs({
  run,
  timeoutMs,
}: Pick<ArgoOptions, 'run' | 'timeoutMs'>): number | undefined {
  return timeoutMs ?? (run === undefined ? longestAloneMs : undefined);
}

export const defaultServiceAccount = 'slipway-argo';
