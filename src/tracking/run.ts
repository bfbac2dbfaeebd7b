import type { ErrorRecord } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type { GitState, RunEnvironment } from './journal-event.ts';

export type RunState =
  | 'created'
  | 'pending'
  | 'running'
  | 'completed'
  | 'error'
  | 'aborted'
  | 'lost'
  | 'skipped';

/** Runs with a `parent` (trials of a sweep, steps of a pipeline, sweeps that are steps) are listed only on request. */
export type RunKind = 'run' | 'sweep' | 'trial' | 'pipeline' | 'step';

export const terminalStates: ReadonlySet<RunState> = new Set([
  'completed',
  'error',
  'aborted',
  'lost',
  'skipped',
]);

/** Whether a run has said how it ended. One that is lost has not: it may go on where it cannot be seen, and come back. */
export function hasEnded({ state }: { readonly state: RunState }): boolean {
  return terminalStates.has(state) && state !== 'lost';
}

/** What a run read: where from, and the digest of the bytes it got. */
export interface InputRecord {
  readonly uri: string;
  readonly digest?: string;
  readonly size?: number;
}

export type ArtifactKind = 'dataset' | 'model' | 'plot' | 'table' | 'file' | 'dir';

/** What a run produced. The bytes lie in the store under the digest; `metadata` is what its kind tells about it. */
export interface ArtifactRecord {
  readonly key: string;
  readonly kind: ArtifactKind;
  /** `store://project/key@sha256:…` */
  readonly uri: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Files of the artifact, relative; one for everything but models and dirs. */
  readonly files: readonly string[];
  readonly mediaType?: string;
  /** Schema, statistics and preview of a dataset; signature and metrics of a model; viewer of a plot … */
  readonly metadata?: Readonly<Record<string, Json>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** uid of the producing run. */
  readonly producer: string;
}

export interface FunctionReference {
  readonly name: string;
  readonly handler: string;
  /** Digest of the bundle. */
  readonly digest?: string;
  /** Where the source came from: notebook, file, `hub://…` or `function.yaml`. */
  readonly source?: string;
  /** Digest of the image that ran, for container runtimes. */
  readonly image?: string;
}

/** One trial in the record of a sweep, numbered from 1. */
export interface IterationRecord {
  readonly iteration: number;
  readonly uid: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly results: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly state: RunState;
  readonly error?: ErrorRecord;
}

/** One step in the record of a pipeline. */
export interface StepRecord {
  readonly id: string;
  /** Of a step inside a map, for one item: the item's place in its map, those in outer maps first; from 0. */
  readonly item?: readonly number[];
  readonly function: string;
  readonly state: RunState;
  readonly cached: boolean;
  readonly reason?: string;
  readonly runUid?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly results: Readonly<Record<string, Json>>;
  readonly error?: ErrorRecord;
  readonly attempt?: number;
}

/** What became of one notification about a run. */
export interface NotificationDelivery {
  /** Name of the notification; with `on` it tells one delivery from another. */
  readonly name: string;
  readonly kind: 'console' | 'webhook' | 'slack' | 'mail';
  /** State of the run that it tells of. */
  readonly on: RunState;
  /** `pending` is tried again, by this process or the next one; `failed` only on request; `skipped`: its condition did not hold. */
  readonly state: 'pending' | 'sent' | 'failed' | 'skipped';
  /** Times that it was tried. */
  readonly attempts: number;
  /** When this was noted; ISO 8601. */
  readonly at: string;
  /** Why it is not sent; secrets masked. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Where a run is on a cluster; its objects there carry its uid as the label `slipway.run`. */
export interface ClusterPlace {
  /** Address of the API server. */
  readonly server: string;
  readonly namespace: string;
  /** Context of the kubeconfig, where one was asked for. */
  readonly context?: string;
  /** Of a pipeline that the cluster drives: name of the workflow that is, or was to be, created for it. */
  readonly workflow?: string;
  /** The pod that its process is in, once it is. */
  readonly pod?: string;
}

/** A run as the fold of its journal and of what the ledger says about it. Times are ISO 8601. */
export interface RunRecord {
  readonly uid: string;
  readonly name: string;
  readonly project: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputRecord>>;
  readonly results: Readonly<Record<string, Json>>;
  /** Latest value of each key (by step, then order); series with a context are keyed `key{name=value}`. */
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly artifacts: readonly ArtifactRecord[];
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly error?: ErrorRecord;
  /** The handler's own exit code, where it had one. */
  readonly exitCode?: number;
  readonly reason?: string;
  readonly function?: FunctionReference;
  readonly runtime?: string;
  /** Where on which cluster it is, for runs that are pods of one. */
  readonly cluster?: ClusterPlace;
  readonly parent?: string;
  readonly iteration?: number;
  readonly step?: string;
  readonly attempt?: number;
  readonly seed?: number;
  readonly environment?: RunEnvironment;
  readonly git?: GitState;
  readonly commitMessage?: string;
  readonly iterations?: readonly IterationRecord[];
  readonly bestIteration?: number;
  readonly failedIterations?: number;
  readonly steps?: readonly StepRecord[];
  readonly outputs?: Readonly<Record<string, Json>>;
  /** Most recent sign of life: CPU seconds used and resident bytes. */
  readonly usage?: { readonly cpu: number; readonly rss: number; readonly peakRss: number };
  readonly trashed?: boolean;
  /** What became of the notifications about it, in the order in which they first came. */
  readonly notifications?: readonly NotificationDelivery[];
}
