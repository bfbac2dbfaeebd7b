import type { V1Container, V1PodSpec } from '@kubernetes/client-node';

/** What Slipway writes of Argo's objects: fields that both 3.7 and 4.x know. */
export interface Workflow {
  readonly apiVersion: 'argoproj.io/v1alpha1';
  readonly kind: 'Workflow';
  readonly metadata: ManifestMeta;
  readonly spec: WorkflowSpec;
}

export interface WorkflowTemplate {
  readonly apiVersion: 'argoproj.io/v1alpha1';
  readonly kind: 'WorkflowTemplate';
  readonly metadata: ManifestMeta;
  readonly spec: WorkflowSpec;
}

export interface CronWorkflow {
  readonly apiVersion: 'argoproj.io/v1alpha1';
  readonly kind: 'CronWorkflow';
  readonly metadata: ManifestMeta;
  readonly spec: {
    readonly schedules: readonly string[];
    readonly timezone?: string;
    readonly concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
    readonly startingDeadlineSeconds?: number;
    readonly suspend: boolean;
    readonly successfulJobsHistoryLimit: number;
    readonly failedJobsHistoryLimit: number;
    readonly workflowMetadata: Pick<ManifestMeta, 'labels' | 'annotations'>;
    readonly workflowSpec: WorkflowSpec;
  };
}

export interface ManifestMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface WorkflowSpec {
  readonly entrypoint: string;
  readonly onExit?: string;
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly executor: { readonly serviceAccountName: string };
  readonly activeDeadlineSeconds?: number;
  readonly parallelism?: number;
  readonly ttlStrategy: { readonly secondsAfterCompletion: number };
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly templates: readonly Template[];
}

export interface Parameter {
  readonly name: string;
  readonly value?: string;
  readonly default?: string;
  readonly valueFrom?: { readonly path: string; readonly default: string };
}

export type Template = DagTemplate | LeafTemplate;

export interface DagTemplate {
  readonly name: string;
  readonly inputs?: { readonly parameters: readonly Parameter[] };
  /** Items of the loop inside that run at once. */
  readonly parallelism?: number;
  readonly dag: { readonly failFast?: false; readonly tasks: readonly DagTask[] };
}

export interface DagTask {
  readonly name: string;
  readonly template: string;
  readonly arguments?: { readonly parameters: readonly Parameter[] };
  readonly depends?: string;
  readonly when?: string;
  readonly withParam?: string;
}

export interface RetryStrategy {
  readonly limit: string;
  readonly retryPolicy: 'Always';
  readonly expression: string;
  readonly backoff: { readonly duration: string; readonly factor: string; readonly cap: string };
}

type PodFields = Pick<
  V1PodSpec,
  'affinity' | 'nodeSelector' | 'priorityClassName' | 'securityContext' | 'tolerations' | 'volumes'
>;

/** One pod a task: which step it runs comes as its parameters. */
export interface LeafTemplate extends PodFields {
  readonly name: string;
  readonly inputs: { readonly parameters: readonly Parameter[] };
  readonly outputs?: { readonly parameters: readonly Parameter[] };
  readonly metadata: Pick<ManifestMeta, 'labels' | 'annotations'>;
  readonly activeDeadlineSeconds?: number;
  readonly retryStrategy?: RetryStrategy;
  /** JSON of pod fields that a template has no place for. */
  readonly podSpecPatch: string;
  readonly container: V1Container;
}
