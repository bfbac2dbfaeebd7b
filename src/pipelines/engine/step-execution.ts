import type { Clock } from '../../core/clock.ts';
import { errorRecord } from '../../core/error.ts';
import { internalError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { CacheDecision } from '../cache/step-cache.ts';
import type { PipelineEvent } from '../pipeline-event.ts';
import type { Plan, PlanFunction, PlanStep } from '../plan/plan.ts';
import type { RunPlanOptions, StartedStep, StepRun } from '../run-plan.ts';
import { checkArtifacts } from './check-artifacts.ts';
import { followStep } from './follow-step.ts';
import type { ItemScope } from './item-scope.ts';
import type { StepEnd } from './pipeline-outcome.ts';
import type { PlanValues } from './plan-values.ts';

export interface ActiveStep {
  readonly controller: AbortController;
  job?: StartedStep;
}

/** A step, of one item inside maps, that may start now. */
export interface StartingStep {
  readonly step: PlanStep;
  readonly id: string;
  readonly scope: ItemScope;
  /** Arguments that the engine adds: the final status of an exit step. */
  readonly extra?: Readonly<Record<string, Json>>;
}

export interface StepExecutionOptions {
  readonly plan: Plan;
  readonly options: RunPlanOptions;
  readonly values: PlanValues;
  readonly clock: Clock;
  readonly pipelineRun: string;
  readonly emit: (event: PipelineEvent) => void;
  readonly running: (step: PlanStep, id: string, runUid: string, reason?: string) => void;
}

type Ran = Extract<CacheDecision, { type: 'run' }>;

/** Takes single steps from their arguments to their end: condition, artifacts, cache, run. */
export class StepExecution {
  readonly #with: StepExecutionOptions;

  constructor(options: StepExecutionOptions) {
    this.#with = options;
  }

  /** How a step ends that does not run in this plan, because an earlier run stands for it or it was left out. */
  known(step: PlanStep, id: string): StepEnd | undefined {
    const { pruned = {} } = this.#with.plan.spec;
    const found = pruned[id] ?? pruned[step.id];
    if (found === undefined) return undefined;
    const { reason } = found;
    if (found.type === 'left-out') return { state: 'skipped', reason };
    const { run: uid, results, artifacts } = found;
    return { state: 'completed', cached: true, reason, outputs: { uid, results, artifacts } };
  }

  /** Runs a step to its end. Rejects only when the engine itself fails. */
  async execute(starting: StartingStep, active: ActiveStep): Promise<StepEnd> {
    const { options } = this.#with;
    const { signal } = active.controller;
    const prepared = await this.#attempt(signal, () => this.#prepare(starting));
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

  /** Params and inputs, or how the step ended before it could start. */
  async #prepare({ step, id, scope, extra }: StartingStep): Promise<StepRun | StepEnd> {
    const { values, pipelineRun, options } = this.#with;
    const unmet = values.unmet(step.when, scope, `the condition of step "${id}"`);
    if (unmet !== undefined) return { state: 'skipped', reason: unmet };
    const called = this.#functionOf(step);
    const { params, inputs } = values.inputsOf(step, id, scope, called);
    await checkArtifacts(options.store, id, inputs);
    return { step, id, function: called, pipelineRun, params: { ...params, ...extra }, inputs };
  }

  async #run(run: StepRun, active: ActiveStep, decision: Ran | undefined): Promise<StepEnd> {
    const { signal } = active.controller;
    let end: StepEnd = { state: 'aborted' };
    try {
      const started = await this.#attempt(signal, () => this.#with.options.submitStep(run, signal));
      end = 'state' in started ? started : await this.#follow(run, started, active, decision?.reason);
    } finally {
      await decision?.settle(end.state === 'completed' ? end.record : undefined);
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

  #functionOf(step: PlanStep): PlanFunction {
    const called = this.#with.plan.spec.functions[step.function];
    if (called === undefined) throw internalError(`function "${step.function}" is not in the plan`);
    return called;
  }
}
