import type { Job } from '../runtime/job.ts';
import type { Runtime, SubmitOptions } from '../runtime/runtime.ts';
import type { IterationRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { SweepSpec } from './sweep.ts';

/** What a sweep is run with. */
export interface SweepOptions {
  readonly spec: SweepSpec;
  /** The sweep as a job; each trial is this job with its own uid, number and params. */
  readonly base: Job;
  /** Executes the trials. */
  readonly runtime: Runtime;
  readonly store: RunStore;
  readonly secrets?: SubmitOptions['secrets'];
  readonly live?: SubmitOptions['live'];
  readonly signal?: AbortSignal;
  /** Told of each trial that has ended. */
  readonly onTrial?: (trial: IterationRecord) => void;
}
