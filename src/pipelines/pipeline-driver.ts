import { availableParallelism } from 'node:os';
import type { Clock } from '../core/clock.ts';
import { errorRecord, type SlipwayError } from '../core/error.ts';
import { internalError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { runAborted, runTimeout } from '../runtime/errors.ts';
import type { RunRecord } from '../tracking/run.ts';
import { testCondition } from './condition.ts';
import { followStep } from './follow-step.ts';
import type { PipelineEvent, StepChange } from './pipeline-event.ts';
import { PipelineJournal } from './pipeline-journal.ts';
import { isFailure, pipelineStatus, type StepEnd } from './pipeline-outcome.ts';
import type { Plan, PlanFunction, PlanStep, PlanValue } from './plan.ts';
import { stepsOf } from './plan-value.ts';
import { renderCondition, renderValue } from './render-value.ts';
import type { RunPlanOptions, StartedStep } from './run-plan.ts';
import { type SkippedStep, StepBoard } from './step-board.ts';
import { resolveStepInputs, resolveValue, type ValueSource } from './step-values.ts';

interface ActiveStep {
  readonly controller: AbortController;
  job?: StartedStep;
}

/** Drives one run of a plan: starts what may start, passes outputs on, records what happens. Never polls. */
export class PipelineDriver {
  readonly #plan: Plan;
  readonly #options: RunPlanOptions;
  readonly #clock: Clock;
  readonly #journal: PipelineJournal;
  readonly #board: StepBoard;
  readonly #steps: ReadonlyMap<string, PlanStep>;
  readonly #limit: number;
  readonly #records = new Map<string, RunRecord>();
  readonly #ends = new Map<string, StepEnd>();
  readonly #active = new Map<string, ActiveStep>();
  /** Why no further step starts. */
  #stopped: string | undefined;
  /** What stopped the pipeline from outside: an abort, the timeout, or outputs that are not there. */
  #cause: SlipwayError | undefined;
  /** A failure of the engine itself, e.g. of writing the journal. */
  #crash: { readonly error: unknown } | undefined;
  #settle: () => void = () => undefined;

  constructor(plan: Plan, options: RunPlanOptions, clock: Clock) {
    this.#plan = plan;
    this.#options = options;
    this.#clock = clock;
    this.#board = new StepBoard(plan.spec.steps);
    this.#steps = new Map(plan.spec.steps.map((step) => [step.id, step]));
    this.#limit = Math.max(1, options.parallelism ?? plan.spec.parallelism ?? availableParallelism());
    this.#journal = new PipelineJournal(options.store, plan, options);
  }

  get uid(): string {
    return this.#journal.uid;
  }

  async run(): Promise<RunRecord> {
    const settled = new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
    // nothing happens before the caller holds the run
    await Promise.resolve();
    this.#emit({ type: 'started', time: this.#clock.now(), uid: this.uid, plan: this.#plan });
    const unwatch = this.#watch();
    try {
      this.#pump();
      await settled;
      if (this.#crash === undefined) await this.#runExit();
      if (this.#crash !== undefined) throw this.#crash.error;
      const record = this.#end();
      this.#emit({ type: 'ended', time: this.#clock.now(), record });
      return record;
    } catch (error) {
      this.#journal.fail(error);
      throw error;
    } finally {
      unwatch();
    }
  }

  /** Aborts what runs and skips what waits; a second call reaches an exit step that has begun meanwhile. */
  abort(reason: string, cause: SlipwayError = runAborted(`the pipeline was aborted: ${reason}`)): void {
    this.#cause ??= cause;
    this.#guard(() => this.#stop(reason));
  }

  /** Starts every step that may start now; settles the run when nothing is left. */
  #pump(): void {
    while (this.#active.size < this.#limit && this.#crash === undefined) {
      const step = this.#board.start();
      if (step === undefined) break;
      const active: ActiveStep = { controller: new AbortController() };
      this.#active.set(step.id, active);
      this.#execute(step, active, {}).then(
        (end) => this.#leave(step, end),
        (error: unknown) => this.#leave(step, { state: 'error', error: errorRecord(error) }, { error }),
      );
    }
    if (this.#active.size > 0) return;
    if (!this.#board.isDone) this.#crash ??= { error: internalError('the steps that are left cannot start') };
    this.#settle();
  }

  #leave(step: PlanStep, end: StepEnd, crash?: { readonly error: unknown }): void {
    this.#active.delete(step.id);
    if (crash !== undefined) this.#crashed(crash.error);
    this.#guard(() => this.#ended(step, end));
    if (this.#crash !== undefined && this.#active.size === 0) this.#settle();
  }

  async #execute(
    step: PlanStep,
    active: ActiveStep,
    extra: Readonly<Record<string, Json>>,
  ): Promise<StepEnd> {
    const started = await this.#start(step, active, extra);
    if ('state' in started) return started;
    active.job = started;
    this.#change(step, { state: 'running', runUid: started.uid });
    const { signal } = active.controller;
    if (signal.aborted) await started.abort(String(signal.reason));
    const emit = (event: PipelineEvent): void => this.#emit(event);
    const follow = { clock: this.#clock, logs: this.#options.followLogs ?? false, emit };
    const [outcome] = await Promise.all([started.wait(), followStep(step, started, follow)]);
    const { state, record, error = record.error } = outcome;
    return { state, record, ...(error === undefined ? {} : { error }) };
  }

  /** The started step, or how it ended before it could start. */
  async #start(
    step: PlanStep,
    { controller }: ActiveStep,
    extra: Readonly<Record<string, Json>>,
  ): Promise<StartedStep | StepEnd> {
    try {
      const unmet = this.#unmetCondition(step);
      if (unmet !== undefined) return { state: 'skipped', reason: unmet };
      const called = this.#functionOf(step);
      const { params, inputs } = resolveStepInputs(step, called, this.#source());
      const run = { step, function: called, pipelineRun: this.uid, params: { ...params, ...extra }, inputs };
      return await this.#options.submitStep(run, controller.signal);
    } catch (error) {
      return { state: controller.signal.aborted ? 'aborted' : 'error', error: errorRecord(error) };
    }
  }

  #ended(step: PlanStep, given: StepEnd): void {
    const reason = given.reason ?? (given.state === 'aborted' ? this.#stopped : undefined);
    const end = reason === undefined ? given : { ...given, reason };
    this.#record(step, end);
    this.#skip(this.#board.end(step.id, end.state, end.reason));
    if (isFailure(end) && this.#stopped === undefined && this.#plan.spec.onFailure === 'stop')
      this.#stop(`step "${step.id}" ${end.state === 'aborted' ? 'was aborted' : 'failed'}`);
    this.#pump();
  }

  #record(step: PlanStep, end: StepEnd): void {
    this.#ends.set(step.id, end);
    if (end.state === 'completed' && end.record !== undefined) this.#records.set(step.id, end.record);
    const { record } = end;
    this.#change(step, {
      ...end,
      ...(record === undefined ? {} : { runUid: record.uid, results: record.results }),
    });
  }

  #stop(reason: string): void {
    this.#stopped ??= reason;
    this.#skip(this.#board.stop(() => reason));
    this.#abortActive(reason);
    this.#pump();
  }

  #abortActive(reason: string): void {
    for (const { controller, job } of this.#active.values()) {
      if (controller.signal.aborted) continue;
      controller.abort(reason);
      job?.abort(reason).catch((error: unknown) => this.#crashed(error));
    }
  }

  #skip(steps: readonly SkippedStep[]): void {
    for (const { id, reason } of steps) {
      const step = this.#steps.get(id);
      if (step !== undefined) this.#record(step, { state: 'skipped', reason });
    }
  }

  async #runExit(): Promise<void> {
    const step = this.#plan.spec.onExit;
    if (step === undefined) return;
    const active: ActiveStep = { controller: new AbortController() };
    this.#active.set(step.id, active);
    const status = pipelineStatus(this.#ends, this.#cause) as unknown as Json;
    const end = await this.#execute(step, active, { status });
    this.#active.delete(step.id);
    this.#record(step, end);
  }

  #end(): RunRecord {
    let outputs: Readonly<Record<string, Json>> = {};
    try {
      outputs = this.#outputs();
    } catch (error) {
      this.#cause ??= error as SlipwayError;
    }
    const { state, error } = pipelineStatus(this.#ends, this.#cause);
    return this.#journal.end(state, outputs, error);
  }

  /** Outputs whose steps have completed; those of skipped and failed steps are left out. */
  #outputs(): Readonly<Record<string, Json>> {
    const source = this.#source();
    const known = Object.entries(this.#plan.spec.outputs).filter(([, value]) =>
      stepsOf(value).every((id) => this.#records.has(id)),
    );
    return Object.fromEntries(
      known.map(([name, value]) => [name, resolveValue(value, source, `the pipeline's output "${name}"`)]),
    );
  }

  #unmetCondition(step: PlanStep): string | undefined {
    if (step.when === undefined) return undefined;
    const read = (value: PlanValue): Json =>
      resolveValue(value, this.#source(), `the condition of step "${step.id}"`);
    if (testCondition(step.when, read)) return undefined;
    const show = (value: PlanValue): string =>
      value.type === 'literal'
        ? renderValue(value)
        : `${renderValue(value)} (${JSON.stringify(read(value))})`;
    return `its condition does not hold: ${renderCondition(step.when, show)}`;
  }

  #source(): ValueSource {
    return { arguments: this.#plan.spec.arguments, records: this.#records };
  }

  #functionOf(step: PlanStep): PlanFunction {
    const called = this.#plan.spec.functions[step.function];
    if (called === undefined) throw internalError(`function "${step.function}" is not in the plan`);
    return called;
  }

  #change(step: PlanStep, change: Omit<StepChange, 'type' | 'time' | 'step' | 'function'>): void {
    const event: StepChange = {
      type: 'step',
      time: this.#clock.now(),
      step: step.id,
      function: step.function,
      ...change,
    };
    this.#journal.step(event);
    this.#emit(event);
  }

  #emit(event: PipelineEvent): void {
    this.#options.onEvent?.(event);
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#crashed(error);
    }
  }

  #crashed(error: unknown): void {
    this.#crash ??= { error };
    this.#stopped ??= 'the engine failed';
    this.#abortActive('the engine failed');
    if (this.#active.size === 0) this.#settle();
  }

  /** Listens to signal, timeout and stop requests; the function returned ends that. */
  #watch(): () => void {
    const { signal, timeoutMs, stopRequested } = this.#options;
    const ended = new AbortController();
    const onSignal = (): void => this.abort(abortReason(signal));
    if (signal?.aborted) onSignal();
    else signal?.addEventListener('abort', onSignal, { once: true });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
    stopRequested?.(this.uid, ended.signal).then(
      (reason) => reason !== undefined && this.abort(reason),
      (error: unknown) => this.#crashed(error),
    );
    return () => {
      ended.abort();
      clearTimeout(timer);
      signal?.removeEventListener('abort', onSignal);
    };
  }

  #timeOut(timeoutMs: number): void {
    const reason = `the pipeline took longer than ${timeoutMs} ms`;
    this.abort(
      reason,
      runTimeout(reason, { hint: 'give it more time, or find the slow step in the report' }),
    );
  }
}

function abortReason(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  return typeof reason === 'string' ? reason : 'it was asked to stop';
}
