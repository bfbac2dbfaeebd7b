import type { Json } from '../core/json.ts';
import type { HandlerSpec } from '../functions/function-spec.ts';
import type {
  ArtifactRecord,
  ClusterPlace,
  FunctionReference,
  InputRecord,
  RunKind,
} from '../tracking/run.ts';
import type { KubernetesOptions } from './kubernetes/manifest/kubernetes-options.ts';

/**
 * One run as plain data: everything a runtime needs to execute it, and nothing that cannot be written to JSON.
 * Secret values are not in it; the adapter hands them over by a private channel.
 */
export interface Job {
  readonly apiVersion: 'slipway/v1';
  readonly uid: string;
  readonly name: string;
  readonly project: string;
  readonly runKind: RunKind;
  /** Folder of the store (`.slipway`). */
  readonly storeDirectory: string;
  /** Folder that relative paths of user code start from. */
  readonly workingDirectory: string;
  readonly function: FunctionReference;
  readonly handler: HandlerSpec;
  /** Folder of the bundle: main.mjs, main.mjs.map, manifest.json. Absent when the handler is a live function (inline only). */
  readonly bundleDirectory?: string;
  /** Image to run in, for runtimes that need one: a reference, best with a digest. What it was is recorded in `function.image`. */
  readonly image?: string;
  /**
   * Network of a container: `none`, `bridge`, `host`, or a name that the daemon knows.
   * @default 'none', or what the inputs need: `bridge` for URLs, `host` for URLs of this machine
   */
  readonly network?: string;
  /** How the run looks on a cluster: the options of project, function and call merged. Kubernetes only. */
  readonly kubernetes?: KubernetesOptions;
  /** Where on which cluster it is to be, once that is known. */
  readonly cluster?: ClusterPlace;
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputRecord>>;
  /** Inputs that are files of another machine, by name: where their content is. For runs that execute elsewhere. */
  readonly delivered?: Readonly<Record<string, DeliveredInput>>;
  /** What inputs on `store://` stand for, by name, for runs that cannot ask the tracking server. */
  readonly artifacts?: Readonly<Record<string, ArtifactRecord>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Results that are to be stored as artifacts, by name. */
  readonly returns?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly secretNames: readonly string[];
  readonly resources: Resources;
  /** Wall time for one attempt. */
  readonly timeoutMs?: number;
  readonly retry: RetryPolicy;
  /** From 1. */
  readonly attempt: number;
  readonly seed?: number;
  readonly parent?: string;
  readonly iteration?: number;
  readonly step?: string;
  /**
   * Who appends the state that ends the run: the runner, or the submitter, who has something to add to the journal first
   * (a sweep whose handler opens its own trials). @default 'runner'
   */
  readonly lastWord?: 'runner' | 'submitter';
  /** How long a run that is asked to stop may take to do so by itself before it is killed. @default 5000 */
  readonly graceMs?: number;
}

/** A file or folder of the submitter's machine that was put into the store for a run. */
export interface DeliveredInput {
  /** As the submitter's machine knows it: `file:///…` */
  readonly url: string;
  readonly digest: string;
  /** Name of the file in the artifact; a folder is the artifact itself. */
  readonly file?: string;
}

export interface Resources {
  /** Bytes. In a local process the limit of V8's heap and of the resident size. */
  readonly memory?: number;
  readonly cpus?: number;
  /** Graphics processors: a number, or all there are. Containers only. */
  readonly gpus?: number | 'all';
  /** Bytes of `/dev/shm`. Containers only. @default the daemon's, 64 MiB */
  readonly shm?: number;
  /** Processes and threads at once. Containers only. @default 4096 */
  readonly pids?: number;
}

export interface RetryPolicy {
  /** Further attempts after the first. @default 0 */
  readonly retries: number;
  /** Wait before the first retry; doubles each time up to `maxDelayMs`, each wait drawn between half and whole. @default 1000 */
  readonly delayMs?: number;
  readonly maxDelayMs?: number;
  /** Error codes worth another attempt. @default every failure of user code, of the process and timeouts; never aborts and usage errors */
  readonly retryOn?: readonly string[];
}
