import type { ErrorRecord } from '../core/error.ts';
import type { CreatedEvent, ProcessIdentity } from '../tracking/journal-event.ts';
import type { RunRecord } from '../tracking/run.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import type { CapturedEnvironment } from './capture-once.ts';
import type { Job } from './job.ts';
import type { OutputLog } from './output-log.ts';
import type { RuntimeCapabilities, SubmitOptions } from './runtime.ts';
import type { StopRequest } from './stop-request.ts';

/** How an attempt ended. */
export interface AttemptReport {
  readonly state: 'completed' | 'error' | 'aborted';
  readonly error?: ErrorRecord;
  readonly exitCode?: number;
  readonly reason?: string;
  /** Whether the journal says so already; else it is the submitter's to say. */
  readonly written: boolean;
  /** The run as its runner last saw it, where it wrote the last word. */
  readonly record?: RunRecord;
}

/** First event of a run's journal. */
export type CreatedRun = Omit<CreatedEvent, 'kind'>;

/** What a launcher needs to start an attempt. */
export interface AttemptOptions {
  readonly job: Job;
  readonly store: RunStore;
  /** The journal, if there is one yet; whoever executes the run elsewhere closes it here first. */
  readonly writer: RunWriter | undefined;
  /** What a journal begins with, for the runner to create it where there is none. */
  readonly created: CreatedRun;
  readonly secrets: Readonly<Record<string, string>>;
  readonly live?: SubmitOptions['live'];
  readonly output: OutputLog;
  readonly environment?: Promise<CapturedEnvironment | undefined>;
  /** Who speaks for the run's process where it cannot be seen, e.g. the submitter of the pod that it is in. */
  readonly guard?: ProcessIdentity;
  /** What the run's process writes comes through that guard alone. @default false */
  readonly heardThroughGuard?: boolean;
}

/** An attempt under way. */
export interface RunningAttempt {
  /** Resolves once nothing of the attempt is left running. Never rejects. */
  readonly report: Promise<AttemptReport>;
  /** Resolves when it begins, for one that has to wait for its turn. */
  readonly started?: Promise<void>;
  /** Asks it to end; what does not within the grace is ended by force where the runtime can. */
  stop(request: StopRequest): void;
}

/** The part of a runtime that differs: how an attempt is started and stopped. */
export interface Launcher {
  readonly name: string;
  readonly capabilities: RuntimeCapabilities;
  launch(options: AttemptOptions): RunningAttempt;
  close(): Promise<void>;
}
