import type { Json } from '../core/json.ts';
import type { RunStore } from '../tracking/store.ts';
import type { Job } from './job.ts';
import type { RunOutcome } from './runtime.ts';

/** One of the runs of a sweep, as far as it differs from the others. */
export interface Trial {
  readonly uid: string;
  /** From 1. */
  readonly iteration: number;
  /** All of its params, those of the sweep included. */
  readonly params: Readonly<Record<string, Json>>;
}

/** Trials to be run by a runtime that takes all of them at once. */
export interface BatchRequest {
  /** The sweep as a job. */
  readonly base: Job;
  /** In the order in which they are to begin; at least one. */
  readonly trials: readonly Trial[];
  readonly store: RunStore;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Trials at once. */
  readonly parallelism: number;
  /** Failed trials that are one too many: the runtime begins no further one even where nobody is left to say so. */
  readonly maxFailed: number;
  /** Stop expression of the sweep: where many trials share a process, it judges them as they end. Who opens the batch does, too. */
  readonly stop?: string;
  /** Ends the trials that are under way when it fires; none begins after. */
  readonly signal: AbortSignal;
}

/** Trials under way. */
export interface Batch {
  /**
   * How trials ended, as they do. Those that never began are not among them, and have no record. Ends when none is left that runs or
   * could begin; throws what keeps all of them from running.
   */
  outcomes(): AsyncIterable<TrialOutcome>;
  /** No further trial begins; those under way go on to their ends. */
  stopStarting(): void;
}

export interface TrialOutcome {
  readonly iteration: number;
  readonly outcome: RunOutcome;
}

/** A trial as a job of its own. */
export function trialJob(base: Job, { uid, iteration, params }: Trial): Job {
  return { ...base, uid, runKind: 'trial', parent: base.uid, iteration, params };
}
