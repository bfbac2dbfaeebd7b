import type { Clock } from '../../core/clock.ts';
import { errorRecord } from '../../core/error.ts';
import type { CacheDecision } from '../cache/step-cache.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunPlanOptions, StartedStep, StepRun } from '../run-plan.ts';
import { followStep } from './follow-step.ts';
import type { StepEnd } from './pipeline-outcome.ts';
import { prepareStep } from './prepare-step.ts';
import type { ActiveStep, ExecutorHooks, StartingStep, StepExecutor } from './step-executor.ts';

export interface StepExecutionOptions extends ExecutorHooks {
  readonly plan: Plan;
  readonly options: RunPlanOptions;
  readonly clock: Clock;
}

type Ran = Extract<CacheDecision, { type: 'run' }>;

/** Takes single steps from their arguments to their end: condition, artifacts, cache, run. */
export class StepExecution implements StepExecutor {
  readonly #with: StepExecutionOptions;

  constructor(options: StepExecutionOptions) {
    this.#with = options;
  }

  /** Runs a step to its end. Rejects only when the engine itself fails. */
  async execute(starting: StartingStep, active: ActiveStep): Promise<StepEnd> {
    const { options } = this.#with;
    const { signal } = active.controller;
    const { plan, values, pipelineRun } = this.#with;
    const preparation = { plan, values, pipelineRun, store: options.store };
    const prepared = await this.#attempt(signal, () => prepareStep(starting, preparation));
    if ('state' in prepared) return prepared;
    const isExit = starting.extra !== undefined;
    const decided =
      options.cache === undefined || isExit
        ? undefined
        : await this.#attempt(signal, async () => options.cache?.decide(prepared, signal));
    if (decided !== undefined && 'state' in decided) return decided;
    if (decided?.type === 'hit') {
      const { outputs, reason } = decided;
      return { state: 'completed', cached: true, reason, outputs };
    }
    return this.#run(prepared, active, decided);
  }

  async #run(run: StepRun, active: ActiveStep, decision: Ran | undefined): Promise<StepEnd> {
    const { signal } = active.controller;
    const labelled = decision?.labels === undefined ? run : { ...run, labels: decision.labels };
    let end: StepEnd = { state: 'aborted' };
    try {
      const started = await this.#attempt(signal, () => this.#with.options.submitStep(labelled, signal));
      end = 'state' in started ? started : await this.#follow(run, started, active, decision?.reason);
    } finally {
      await decision?.settle();
    }
    return end.reason === undefined && decision?.reason !== undefined
      ? { ...end, reason: decision.reason }
      : end;
  }

  async #follow(
    { step, id }: StepRun,
    started: StartedStep,
    active: ActiveStep,
    reason: string | undefined,
  ): Promise<StepEnd> {
    const { clock, emit, options } = this.#with;
    active.job = started;
    this.#with.running(step, id, started.uid, reason);
    const { signal } = active.controller;
    if (signal.aborted) await started.abort(String(signal.reason));
    const follow = { clock, logs: options.followLogs ?? false, emit };
    const [outcome] = await Promise.all([started.wait(), followStep({ ...step, id }, started, follow)]);
    const { state, record, error = record.error } = outcome;
    const { uid, results, artifacts } = record;
    const outputs = { uid, results, artifacts };
    return { state, record, outputs, ...(error === undefined ? {} : { error }) };
  }

  /** What `act` gives; what it throws is how the step ends. */
  async #attempt<Value>(signal: AbortSignal, act: () => Promise<Value>): Promise<Value | StepEnd> {
    try {
      return await act();
    } catch (error) {
      return { state: signal.aborted ? 'aborted' : 'error', error: errorRecord(error) };
    }
  }
}
