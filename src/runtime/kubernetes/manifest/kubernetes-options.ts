import type { JobPatch } from './job-patch.ts';
import type { KubernetesVolume } from './kubernetes-volume.ts';
import type { Affinity, SecurityOptions, Toleration } from './pod-placement.ts';

/**
 * How runs look on a cluster: per function, per call or in project.yaml under `kubernetes`. Plain JSON. What is left out gets the
 * defaults of pods that any cluster admits (pod security "restricted").
 */
export interface KubernetesOptions {
  /** File; not in project.yaml, as it belongs to a machine. @default KUBECONFIG, else ~/.kube/config, else the pod's service account */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig. @default its current context */
  readonly context?: string;
  /** @default the context's namespace */
  readonly namespace?: string;
  /** What the scheduler sets aside. @default `{ cpu: '500m', memory: '512Mi', ephemeralStorage: '256Mi' }` */
  readonly requests?: ResourceAmounts;
  /** What the pod may not exceed. @default memory as requested, no limit of cpu, `ephemeralStorage: '8Gi'` */
  readonly limits?: ResourceAmounts;
  readonly gpus?: number;
  /** Name of the resource that `gpus` counts. @default 'nvidia.com/gpu' */
  readonly gpuType?: string;

  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: Affinity;
  readonly tolerations?: readonly Toleration[];
  readonly priorityClass?: string;
  /**
   * Whether the run may go to nodes that the cloud can take away: `allow` tolerates them, `constrain` uses no others, `prevent`
   * avoids them, `none` leaves it to the cluster. @default 'prevent' where `preemptibleNodes` are named, else 'none'
   */
  readonly preemption?: 'allow' | 'constrain' | 'prevent' | 'none';
  /** What marks such nodes. @default the marks of the large clouds */
  readonly preemptibleNodes?: PreemptibleNodes;

  /** @default 'default' */
  readonly serviceAccount?: string;
  /** Gives user code a token for the API server. @default false */
  readonly mountToken?: boolean;

  readonly env?: Readonly<Record<string, string>>;
  /** Variables from a key of a Secret, by variable. */
  readonly envFromSecret?: Readonly<Record<string, KeyReference>>;
  /** Variables from a key of a ConfigMap, by variable. */
  readonly envFromConfigMap?: Readonly<Record<string, KeyReference>>;
  /** All keys of Secrets and ConfigMaps as variables. */
  readonly envFrom?: readonly EnvironmentSource[];

  readonly volumes?: readonly KubernetesVolume[];
  /** Consent to volumes of kind `hostPath`, which give a pod files of its node. @default false */
  readonly allowHostPath?: boolean;

  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** @default 'IfNotPresent' */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Names of Secrets with credentials of registries. */
  readonly imagePullSecrets?: readonly string[];
  readonly securityContext?: SecurityOptions;

  /**
   * `host` or `host:port` of this machine under which pods reach it, where no tracking server is named: the run's journal comes in
   * there. @default the address from which this machine reaches the cluster, with a free port
   */
  readonly trackingAddress?: string;

  /** Seconds that a pod asks for its tracking server before it gives up: nothing of the run is executed before. @default 60 */
  readonly connectSeconds?: number;
  /** Seconds after its end that a Job is kept. @default 3600 */
  readonly ttlSeconds?: number;
  /**
   * Seconds that a run which has ended waits in its pod for a tracking server that does not answer: its results are kept so long.
   * @default ttlSeconds, 600 at least
   */
  readonly holdSeconds?: number;
  /**
   * Seconds that a pod which is to end has for ending its run and for bringing what it logged to the tracking server.
   * @default the grace of the run, else 30
   */
  readonly graceSeconds?: number;
  /** Seconds that a run may wait for a node before it fails. @default 600 */
  readonly pendingSeconds?: number;
  /** Seconds that pulling an image may fail for reasons that may pass. @default 90 */
  readonly imagePullSeconds?: number;
  /** Seconds that a pipeline which is followed on Argo waits for an API server that does not answer. @default 600 */
  readonly awaySeconds?: number;

  /** Anything else: merged into the finished Job, lists of named things by name. `null` takes a field away. */
  readonly patch?: JobPatch;
}

/** Amounts as Kubernetes writes them: `'500m'`, `2`, `'512Mi'`; a plain number of memory or storage is bytes. */
export interface ResourceAmounts {
  readonly cpu?: string | number;
  readonly memory?: string | number;
  readonly ephemeralStorage?: string | number;
}

export interface KeyReference {
  /** Name of the Secret or ConfigMap. */
  readonly name: string;
  readonly key: string;
  /** Without it a missing key fails the run before it starts. @default false */
  readonly optional?: boolean;
}

export type EnvironmentSource =
  | { readonly secret: string; readonly prefix?: string; readonly optional?: boolean }
  | { readonly configMap: string; readonly prefix?: string; readonly optional?: boolean };

export interface PreemptibleNodes {
  readonly labels: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
}
