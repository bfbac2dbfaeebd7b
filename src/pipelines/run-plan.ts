import { availableParallelism } from 'node:os';
import { systemClock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import type { LogChunk, RunningJob, RunOutcome } from '../runtime/runtime.ts';
import type { JournalEvent } from '../tracking/journal-event.ts';
import type { InputRecord, RunRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { StepCache } from './cache/step-cache.ts';
import { PipelineDriver } from './engine/pipeline-driver.ts';
import { createPipelineRun, PipelineJournal, type PipelineRunOptions } from './engine/pipeline-journal.ts';
import { requireLocalSupport } from './engine/plan-capabilities.ts';
import { StepExecution } from './engine/step-execution.ts';
import type { PipelineEvent } from './pipeline-event.ts';
import type { Plan, PlanFunction, PlanStep } from './plan/plan.ts';

/** A step that is to start now, with everything known. */
export interface StepRun {
  readonly step: PlanStep;
  /** The step's id; of one item of a map `train[3]`. */
  readonly id: string;
  readonly function: PlanFunction;
  /** uid of the pipeline's run, the parent. */
  readonly pipelineRun: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputRecord>>;
  /** Labels that the engine gives the step's run, beside the step's own. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Starts a step's run (kind `step`, or `sweep` where the step is one; with parent and step) in the step's runtime, with its
 * retries and timeout. What it rejects with becomes the step's error.
 */
export type SubmitStep = (run: StepRun, signal: AbortSignal) => Promise<StartedStep>;

/** What the engine needs of a started step; every `RunningJob` is one. */
export type StartedStep = Pick<RunningJob, 'uid' | 'abort'> & {
  wait(): Promise<Pick<RunOutcome, 'state' | 'record' | 'error'>>;
  events?(): AsyncIterable<JournalEvent>;
  logs?(): AsyncIterable<LogChunk>;
};

/** What every engine takes. */
export interface FollowPlanOptions extends PipelineRunOptions {
  readonly store: RunStore;
  /** Milliseconds for the whole pipeline. */
  readonly timeoutMs?: number;
  /** Aborts the pipeline and every running step. */
  readonly signal?: AbortSignal;
  /** Resolves with a reason when somebody asks the run to stop (`slipway stop`). */
  readonly stopRequested?: (uid: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Called for everything that happens, as it happens; must not throw. */
  readonly onEvent?: (event: PipelineEvent) => void;
}

export interface RunPlanOptions extends FollowPlanOptions {
  readonly submitStep: SubmitStep;
  /** Where steps that ask for it take outputs from. A plan that asks is refused where there is none. */
  readonly cache?: StepCache;
  /** Steps at once. @default the plan's, else the number of cores */
  readonly parallelism?: number;
  /** Also pass on the steps' output, as `log` events. @default false */
  readonly followLogs?: boolean;
}

/** A pipeline run under way. */
export interface RunningPipeline {
  readonly uid: string;
  readonly name: string;
  /** Events of the pipeline's own journal, live, until it has ended. */
  events(): AsyncIterable<JournalEvent>;
  /** The record when everything has ended, however; rejects only when the engine itself failed (disk full, …). */
  wait(): Promise<RunRecord>;
  /** Aborts the running steps, skips the others, and resolves when all have ended. */
  abort(reason: string): Promise<void>;
}

/** Starts a plan in this process. Throws `PLAN_NOT_SUPPORTED` before anything is recorded. */
export function startPlan(plan: Plan, options: RunPlanOptions): RunningPipeline {
  requireLocalSupport(plan, options.cache !== undefined);
  const clock = systemClock;
  const driver = new PipelineDriver(plan, options, clock, {
    journal: new PipelineJournal(createPipelineRun(options.store, plan, options)),
    createExecutor: (hooks) => new StepExecution({ ...hooks, plan, options, clock }),
    limit: Math.max(1, options.parallelism ?? plan.spec.parallelism ?? availableParallelism()),
  });
  return runDriver(driver, plan, options);
}

/** A pipeline run that a driver takes to its end. */
export function runDriver(
  driver: PipelineDriver,
  plan: Plan,
  options: Pick<FollowPlanOptions, 'store' | 'name'>,
): RunningPipeline {
  const ended = driver.run();
  // the caller may look at the result later, or only abort
  ended.catch(() => undefined);
  return {
    uid: driver.uid,
    name: options.name ?? plan.metadata.name,
    events: () => options.store.events(driver.uid, { follow: true }),
    wait: () => ended,
    abort: async (reason) => {
      driver.abort(reason);
      await ended.catch(() => undefined);
    },
  };
}

/** Runs a plan in this process and gives its record: every step of the plan is in it, also those that never started. */
export function runPlan(plan: Plan, options: RunPlanOptions): Promise<RunRecord> {
  return startPlan(plan, options).wait();
}
