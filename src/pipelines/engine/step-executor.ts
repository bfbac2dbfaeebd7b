import type { ErrorRecord, SlipwayError } from '../../core/error.ts';
import type { Json } from '../../core/json.ts';
import type { RunRecord, RunState } from '../../tracking/run.ts';
import type { PipelineEvent, StepChange } from '../pipeline-event.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { StartedStep } from '../run-plan.ts';
import type { ItemScope } from './item-scope.ts';
import type { StepEnd } from './pipeline-outcome.ts';
import type { PlanValues } from './plan-values.ts';

export interface ActiveStep {
  readonly controller: AbortController;
  job?: Pick<StartedStep, 'abort'>;
}

/** A step, of one item inside maps, that may start now. */
export interface StartingStep {
  readonly step: PlanStep;
  readonly id: string;
  readonly scope: ItemScope;
  /** Arguments that the engine adds: the final status of an exit step. */
  readonly extra?: Readonly<Record<string, Json>>;
}

/** Takes single steps from the moment that they may start to their end. */
export interface StepExecutor {
  /** Runs a step to its end. Rejects only when the engine itself fails. */
  execute(starting: StartingStep, active: ActiveStep): Promise<StepEnd>;
}

/** What of the driver an executor works with. */
export interface ExecutorHooks {
  readonly pipelineRun: string;
  readonly values: PlanValues;
  readonly emit: (event: PipelineEvent) => void;
  readonly running: (step: PlanStep, id: string, runUid: string, reason?: string) => void;
}

/** Where the driver writes down how a pipeline goes. */
export interface DriverJournal {
  readonly uid: string;
  step(change: StepChange): void;
  /** Writes outputs and last word, and gives the whole record. */
  end(state: RunState, outputs: Readonly<Record<string, Json>>, error?: ErrorRecord): RunRecord;
  /** After a failure of the engine itself. */
  fail(error: unknown): void;
}

/** What makes an engine of the driver: where steps run, and where it is written down. */
export interface EngineParts {
  readonly journal: DriverJournal;
  readonly createExecutor: (hooks: ExecutorHooks) => StepExecutor;
  /** Steps at once. */
  readonly limit: number;
  /** Whether steps run elsewhere, where limits are kept and steps start by themselves: the driver follows. @default false */
  readonly follows?: boolean;
  /** Called once when no further step is to start, and everything under way is to end. */
  readonly onStop?: (reason: string) => void;
  /** Called once when the pipeline is stopped from outside, before `onStop`; also when a failed step has stopped it already. */
  readonly onAbort?: (reason: string, cause: SlipwayError) => void;
}
