import path from 'node:path';
import type { DataItem } from '../data/data-item.ts';
import type { Resources, RetryPolicy } from '../runtime/job.ts';
import type { ApiClient } from '../runtime/kubernetes/api/api-client.ts';
import type { KubernetesOptions } from '../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { LogChunk, Runtime } from '../runtime/runtime.ts';
import type { OpenRoute } from '../runtime/tracking-route.ts';
import type { JournalEvent } from '../tracking/journal-event.ts';
import type { RunRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { SweepSpec } from '../tuning/sweep.ts';
import type { Orphans } from './cluster/orphans/orphans.ts';
import type { NotificationRequest } from './notifications/notification-entry.ts';
import type { Project } from './project-spec.ts';
import type { ProjectServer } from './tracking/find-project-server.ts';

/** Everything that a command or a notebook works with: the project it stands in, its store, its runtimes. */
export interface Workspace {
  readonly project: Project;
  readonly store: RunStore;
  /** Folder that relative paths given by the caller start from. */
  readonly directory: string;
  /** Values for `--secret NAME` and environment lookups. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears, a line at a time, of what takes long before a run begins. */
  readonly onProgress?: (line: string) => void;
  /** The server that `store` is on, where it is not in `.slipway` alone. */
  readonly server?: ProjectServer;
  /**
   * `inline`, `process` (with `isolation: 'pool'`, too), `docker` or `kubernetes`; opened on first use, closed with the workspace.
   * @throws RUNTIME_UNKNOWN
   */
  runtime(name: string, options?: RuntimeSettings): Promise<Runtime>;
  /** The cluster that options lead to; connected to once. Nothing is sent yet. Throws `KUBECONFIG_INVALID`. */
  cluster(options?: ClusterSettings): Promise<ApiClient>;
  /** How pods bring their runs here, for engines that submit pods by themselves. */
  route(options?: ClusterSettings): Promise<OpenRoute>;
  /**
   * Looks after runs in pods whose commands were killed, from the first call until the workspace is closed; undefined where there are
   * none, which costs next to nothing to find out.
   */
  orphans(): Promise<Orphans | undefined>;
  /** Resolves when the tracking server, where there is one, has what was written here. */
  settle(): Promise<void>;
  /** Lets go of a run that others go on with, once the tracking server, where there is one, has what was written here. */
  leave(uid: string): Promise<void>;
  close(): Promise<void>;
}

/** Which cluster, and how its pods reach this machine. */
export interface ClusterSettings
  extends Pick<KubernetesOptions, 'kubeconfig' | 'context' | 'namespace' | 'trackingAddress'> {
  /** Address of the API server that it must be. */
  readonly server?: string;
}

export interface RuntimeSettings {
  readonly isolation?: 'fresh' | 'pool';
  readonly poolSize?: number;
  readonly cluster?: ClusterSettings;
}

/** What to run a function with. Texts come from the command line and are parsed by the parameter's schema. */
export interface RunRequest extends NotificationRequest {
  /** uid of the run. One that exists is refused (`RUN_EXISTS`). @default a new one */
  readonly uid?: string;
  readonly handler?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly paramTexts?: Readonly<Record<string, string>>;
  /** Paths (relative to the workspace's directory), URLs, `store://…`, data items, artifacts. */
  readonly inputs?: Readonly<Record<string, string | URL | DataItem>>;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** @default the project's runtime, else `process` */
  readonly runtime?: string;
  readonly isolation?: 'fresh' | 'pool';
  /** Image to run in, for runtimes in containers. @default the project's, else one built of the function */
  readonly image?: string;
  /** `registry/name` that images built of functions are pushed under, for runtimes that pull them. @default `image.name` of project.yaml */
  readonly imageName?: string;
  /** How its pod looks on a cluster; counts before the options of project and function. */
  readonly kubernetes?: KubernetesOptions;
  /** Network of the container. @default none, or what the inputs need */
  readonly network?: string;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly resources?: Resources;
  readonly seed?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Names; values are taken from the workspace's env. A missing one is refused before anything starts (`SECRET_NOT_FOUND`). */
  readonly secrets?: readonly string[];
  readonly returns?: Readonly<Record<string, string>>;
  readonly sweep?: SweepSpec;
  /** The function itself, which the inline runtime calls instead of the bundle. */
  readonly live?: (...args: never[]) => unknown;
  readonly signal?: AbortSignal;
}

/** A run or sweep under way. */
export interface StartedRun {
  readonly uid: string;
  readonly name: string;
  events(): AsyncIterable<JournalEvent>;
  logs(): AsyncIterable<LogChunk>;
  /** The record once the run has ended, however it ended. */
  wait(): Promise<RunRecord>;
  abort(reason: string): Promise<void>;
}

/** Folder of derived files that may be deleted at any time. */
export function cacheDirectory(project: Project): string {
  return path.join(project.storeDirectory, 'cache');
}
