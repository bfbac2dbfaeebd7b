import type { ErrorRecord } from '../core/error.ts';
import type { JournalEvent } from '../tracking/journal-event.ts';
import type { RunRecord, RunState } from '../tracking/run.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import type { Batch, BatchRequest } from './batch.ts';
import type { Job } from './job.ts';

/**
 * Where a run executes. One adapter folder each; all are thin shells around the one runner and pass one contract suite.
 * The submitter creates the journal; the runner takes it over; if the runner ends without its own last word, the adapter
 * appends how it ended: a run that ends always says how.
 */
export interface Runtime {
  readonly name: string;
  readonly capabilities: RuntimeCapabilities;
  /**
   * Completes a job by what this runtime knows of it, before a run or sweep of it begins: which image its name stands for. Throws
   * what a run could not start for, e.g. a daemon that is down.
   */
  prepare?(job: Job): Promise<Job>;
  /** Starts the job. `secrets` travel beside the job and never into it. */
  submit(job: Job, options?: SubmitOptions): Promise<RunningJob>;
  /** Starts all trials of a sweep at once, where the runtime orders and counts them better than whoever submits them one by one. */
  openBatch?(request: BatchRequest): Promise<Batch>;
  /** Lets go of pooled processes and connections. */
  close(): Promise<void>;
}

export interface SubmitOptions {
  /** Aborts the run when it fires. */
  readonly signal?: AbortSignal;
  readonly secrets?: Readonly<Record<string, string>>;
  /** The function itself, for the inline runtime in a notebook; others run the bundle. */
  readonly live?: (...args: never[]) => unknown;
  /** The store of `job.storeDirectory`, where the caller has it open already. */
  readonly store?: RunStore;
  /**
   * Leaves it to the runner to create the journal: cheaper, for callers with many runs who do not look at one before it has ended.
   * @default false
   */
  readonly deferJournal?: boolean;
  /** The run exists: its journal goes on with the job's attempt, so many milliseconds after one that ended by this error. */
  readonly continues?: { readonly error: ErrorRecord; readonly delayMs: number };
  /**
   * With `job.lastWord: 'submitter'`: called with the journal before the state that ends the run is appended; gives the
   * error that the run ends with, if any.
   */
  readonly beforeLastWord?: (
    writer: RunWriter,
    report: { readonly state: RunState; readonly error?: ErrorRecord },
  ) => Promise<ErrorRecord | undefined>;
}

export interface RuntimeCapabilities {
  /** User code runs in a process of its own: a crash cannot take the caller down, a busy loop can be stopped. */
  readonly isolated: boolean;
  readonly canLimitMemory: boolean;
  readonly canLimitCpus: boolean;
  /** Needs an image rather than a bundle. */
  readonly needsImage: boolean;
  readonly remote: boolean;
}

/** A submitted run. */
export interface RunningJob {
  readonly uid: string;
  /** Events from the first on, live, until the run has ended. */
  events(): AsyncIterable<JournalEvent>;
  /** Output as it comes, secrets redacted. */
  logs(): AsyncIterable<LogChunk>;
  /** Resolves when the run has ended, however; never rejects for a failed run. */
  wait(): Promise<RunOutcome>;
  /** Ends the run (the whole process group) and resolves once that is verified. Aborting an ended run does nothing. */
  abort(reason: string): Promise<void>;
}

export interface LogChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface RunOutcome {
  readonly state: RunState;
  readonly record: RunRecord;
  readonly error?: ErrorRecord;
}
