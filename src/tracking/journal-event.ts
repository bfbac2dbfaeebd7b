import type { ErrorRecord } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type {
  ArtifactRecord,
  ClusterPlace,
  FunctionReference,
  InputRecord,
  RunKind,
  RunState,
} from './run.ts';

/** What every line of a journal carries. `seq` counts from 1 without gaps; `time` is milliseconds since 1970. */
export interface EventStamp {
  readonly seq: number;
  readonly time: number;
}

/** The facts a run can record about itself. */
export type EventBody =
  | CreatedEvent
  | {
      readonly kind: 'state';
      readonly state: RunState;
      readonly error?: ErrorRecord;
      readonly exitCode?: number;
      readonly reason?: string;
    }
  | { readonly kind: 'param'; readonly key: string; readonly value: Json }
  | { readonly kind: 'input'; readonly key: string; readonly input: InputRecord }
  | { readonly kind: 'label'; readonly key: string; readonly value: string }
  | { readonly kind: 'result'; readonly key: string; readonly value: Json }
  | MetricEvent
  | { readonly kind: 'artifact'; readonly artifact: ArtifactRecord }
  | { readonly kind: 'environment'; readonly environment: RunEnvironment }
  /** Resource use of the run's process, every few seconds; doubles as the sign of life. */
  | { readonly kind: 'heartbeat'; readonly cpu: number; readonly rss: number }
  /** Which process writes from here on; lets readers see that it died. */
  | { readonly kind: 'owner'; readonly owner: ProcessIdentity }
  | { readonly kind: 'commit'; readonly message: string }
  /** The run starts over after a failure; `error` is what ended the attempt before. */
  | {
      readonly kind: 'attempt';
      readonly attempt: number;
      readonly error: ErrorRecord;
      readonly delayMs: number;
    }
  /** A finished trial of a sweep, in the parent's journal. */
  | { readonly kind: 'trial'; readonly iteration: number; readonly uid: string; readonly state: RunState }
  | { readonly kind: 'best'; readonly iteration: number; readonly uid: string }
  /** No further trial of a sweep begins, in the sweep's journal: for who runs trials elsewhere. */
  | { readonly kind: 'closed'; readonly reason: string }
  /** A step of a pipeline changed, in the pipeline run's journal. */
  | StepEvent;

export interface CreatedEvent {
  readonly kind: 'created';
  readonly uid: string;
  readonly name: string;
  readonly project: string;
  readonly runKind: RunKind;
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputRecord>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly function?: FunctionReference;
  readonly runtime?: string;
  readonly cluster?: ClusterPlace;
  readonly parent?: string;
  readonly iteration?: number;
  readonly step?: string;
  readonly attempt?: number;
  readonly seed?: number;
}

export interface MetricEvent {
  readonly kind: 'metric';
  readonly key: string;
  /** Non-finite values are the strings "NaN", "Infinity", "-Infinity". */
  readonly value: number | string;
  readonly step?: number;
  /** What tells series of one key apart, e.g. `{subset: 'validation'}`. */
  readonly context?: Readonly<Record<string, string>>;
}

export interface StepEvent {
  readonly kind: 'step';
  readonly id: string;
  /** Of a step inside a map, for one item: the item's place in its map, those in outer maps first; from 0. */
  readonly item?: readonly number[];
  readonly function: string;
  readonly state: RunState;
  readonly runUid?: string;
  readonly cached?: boolean;
  /** Why it ran, was taken from the cache, or was skipped. */
  readonly reason?: string;
  readonly results?: Readonly<Record<string, Json>>;
  /** What an earlier run produced that stands for this step; named here so that it is kept as long as this run is. */
  readonly artifacts?: readonly ArtifactRecord[];
  readonly error?: ErrorRecord;
  readonly attempt?: number;
}

export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Start time of the process in clock ticks since boot, where the system tells; guards against reused pids. */
  readonly startTicks?: string;
  /** Who takes the journal over when the process ends without a word, e.g. the submitter of a container. */
  readonly guard?: ProcessIdentity;
  /** What the process writes comes through its guard alone: once that has ended, silence says nothing. @default false */
  readonly heardThroughGuard?: boolean;
}

/** Where a run ran: enough to run it again. */
export interface RunEnvironment {
  readonly node: string;
  readonly platform: string;
  readonly slipway: string;
  readonly host: string;
  readonly user?: string;
  readonly lockfileDigest?: string;
  readonly git?: GitState;
}

export interface GitState {
  readonly commit: string;
  readonly branch?: string;
  readonly remote?: string;
  /** Whether tracked files differ from the commit; the difference itself is the artifact `git-diff`. */
  readonly dirty: boolean;
}

export type JournalEvent = EventStamp & EventBody;
