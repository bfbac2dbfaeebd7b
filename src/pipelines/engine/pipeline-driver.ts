import type { Clock } from '../../core/clock.ts';
import { errorRecord, type SlipwayError } from '../../core/error.ts';
import { internalError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { runAborted } from '../../runtime/errors.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { PipelineEvent, StepChange } from '../pipeline-event.ts';
import type { PipelineStatus, Plan, PlanStep } from '../plan/plan.ts';
import { mapChain } from '../plan/plan-graph.ts';
import type { FollowPlanOptions } from '../run-plan.ts';
import { renderScope } from './item-scope.ts';
import { isFailure, pipelineStatus, type StepEnd } from './pipeline-outcome.ts';
import { PlanValues } from './plan-values.ts';
import { prunedEnd } from './prepare-step.ts';
import { type SettledStep, type Startable, StepBoard } from './step-board.ts';
import type { ActiveStep, DriverJournal, EngineParts, StepExecutor } from './step-executor.ts';
import { watchForStop } from './watch-for-stop.ts';

/** Drives one run of a plan: starts what may start, passes outputs on, records what happens. Never polls. */
export class PipelineDriver {
  readonly #plan: Plan;
  readonly #options: FollowPlanOptions;
  readonly #parts: EngineParts;
  readonly #clock: Clock;
  readonly #journal: DriverJournal;
  readonly #board: StepBoard;
  readonly #values: PlanValues;
  readonly #executor: StepExecutor;
  readonly #ends = new Map<string, StepEnd>();
  readonly #active = new Map<string, ActiveStep>();
  #isPumping = false;
  /** Why no further step starts. */
  #stopped: string | undefined;
  /** What stopped the pipeline from outside: an abort or the timeout. */
  #cause: SlipwayError | undefined;
  #outputs: Readonly<Record<string, Json>> = {};
  /** Why there are no outputs although all steps have ended. */
  #outputsMissing: SlipwayError | undefined;
  /** A failure of the engine itself, e.g. of writing the journal. */
  #crash: { readonly error: unknown } | undefined;
  #settle: () => void = () => undefined;

  constructor(plan: Plan, options: FollowPlanOptions, clock: Clock, parts: EngineParts) {
    this.#plan = plan;
    this.#options = options;
    this.#clock = clock;
    this.#parts = parts;
    this.#board = new StepBoard(plan.spec);
    this.#values = new PlanValues(plan);
    this.#journal = parts.journal;
    this.#executor = parts.createExecutor({
      values: this.#values,
      pipelineRun: this.#journal.uid,
      emit: (event) => this.#emit(event),
      running: (step, id, runUid, reason) =>
        this.#change(step, id, { state: 'running', runUid, ...(reason === undefined ? {} : { reason }) }),
    });
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
    const unwatch = watchForStop(this.uid, this.#options, {
      abort: (reason, cause) => this.abort(reason, cause),
      fail: (error) => this.#crashed(error),
    });
    try {
      this.#guard(() => this.#pump());
      await settled;
      this.#resolveOutputs();
      if (this.#crash === undefined) await this.#runExit();
      if (this.#crash !== undefined) throw this.#crash.error;
      const { state, error } = this.status();
      const record = this.#journal.end(state, this.#outputs, error);
      this.#emit({ type: 'ended', time: this.#clock.now(), record });
      return record;
    } catch (error) {
      this.#journal.fail(error);
      throw error;
    } finally {
      unwatch();
    }
  }

  /** How the pipeline stands, as an exit step is told. */
  status(): PipelineStatus {
    return pipelineStatus(this.#ends, this.#cause ?? this.#outputsMissing);
  }

  /** Aborts what runs and skips what waits; a second call reaches an exit step that has begun meanwhile. */
  abort(reason: string, cause: SlipwayError = runAborted(`the pipeline was aborted: ${reason}`)): void {
    const isFirst = this.#cause === undefined;
    this.#cause ??= cause;
    this.#guard(() => {
      if (isFirst) this.#parts.onAbort?.(reason, cause);
      this.#stop(reason);
    });
  }

  /** Starts every step that may start now; settles the run when nothing is left. */
  #pump(): void {
    // what is answered at once ends inside the loop, which then goes on by itself
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#active.size < this.#parts.limit && this.#crash === undefined) {
        const next = this.#board.start();
        if (next === undefined) break;
        if (next.type === 'map') this.#expand(next);
        else this.#startStep(next);
      }
    } finally {
      this.#isPumping = false;
    }
    if (this.#active.size > 0) return;
    if (!this.#board.isDone) this.#crash ??= { error: internalError('the steps that are left cannot start') };
    this.#settle();
  }

  #startStep({ id, step, scope }: Extract<Startable, { type: 'step' }>): void {
    const known = prunedEnd(this.#plan, step, id);
    if (known !== undefined) {
      this.#ended(step, id, known);
      return;
    }
    const active: ActiveStep = { controller: new AbortController() };
    this.#active.set(id, active);
    this.#executor.execute({ step, id, scope }, active).then(
      (end) => this.#leave(step, id, end),
      (error: unknown) => this.#leave(step, id, { state: 'error', error: errorRecord(error) }, { error }),
    );
  }

  /** The items of a map are told now; what is wrong with them is the failure of the steps inside. */
  #expand(startable: Extract<Startable, { type: 'map' }>): void {
    const { id, map, scope } = startable;
    const definition = this.#plan.spec.maps?.[map];
    try {
      const unmet = this.#values.unmet(definition?.when, scope, `the condition of the map "${map}"`);
      if (unmet !== undefined) {
        this.#settled(this.#board.end(id, 'skipped', unmet));
        return;
      }
      const items = this.#values.expand(map, scope);
      if (scope.length === 0) this.#tellItems(map, items.length);
      // who only follows is told by the steps themselves whose turn it is
      const atOnce = this.#parts.follows ? undefined : definition?.parallelism;
      this.#settled(this.#board.expand(id, items, atOnce));
    } catch (error) {
      this.#failMap(startable, error);
    }
  }

  /** The first step inside, be it in a map inside, tells the error; the others could not run. */
  #failMap({ id, map, scope }: Extract<Startable, { type: 'map' }>, error: unknown): void {
    const record = errorRecord(error);
    const { steps, maps } = this.#plan.spec;
    const first = steps.find((step) => mapChain(step.map, maps).includes(map));
    if (first === undefined) throw error;
    const failed = `${first.id}${renderScope(scope)}`;
    const settled = this.#board.end(id, 'error', record.message);
    this.#record(first, failed, { state: 'error', error: record });
    this.#settled(settled.filter((one) => one.id !== failed));
    this.#stopAfterFailure(`the map "${map}" failed`);
  }

  #tellItems(map: string, items: number): void {
    for (const step of this.#plan.spec.steps)
      if (step.map === map) this.#change(step, step.id, { state: 'running', items });
  }

  #leave(step: PlanStep, id: string, end: StepEnd, crash?: { readonly error: unknown }): void {
    this.#active.delete(id);
    if (crash !== undefined) this.#crashed(crash.error);
    this.#guard(() => this.#ended(step, id, end));
    if (this.#crash !== undefined && this.#active.size === 0) this.#settle();
  }

  #ended(step: PlanStep, id: string, given: StepEnd): void {
    const reason = given.reason ?? (given.state === 'aborted' ? this.#stopped : undefined);
    const end = reason === undefined ? given : { ...given, reason };
    this.#record(step, id, end);
    this.#settled(this.#board.end(id, end.state, end.reason, end.neverRan === true || undefined));
    if (isFailure(end))
      this.#stopAfterFailure(`step "${id}" ${end.state === 'aborted' ? 'was aborted' : 'failed'}`);
    this.#pump();
  }

  #stopAfterFailure(reason: string): void {
    if (this.#stopped === undefined && this.#plan.spec.onFailure === 'stop') this.#stop(reason);
  }

  #record(step: PlanStep, id: string, end: StepEnd): void {
    this.#ends.set(id, end);
    if (end.state === 'completed' && end.outputs !== undefined) this.#values.keep(id, end.outputs);
    const { outputs, isGathered: _gathered, neverRan: _ran, ...change } = end;
    const given = end.cached === true && outputs !== undefined ? { artifacts: outputs.artifacts } : {};
    this.#change(step, id, {
      ...change,
      ...given,
      ...(outputs === undefined ? {} : { runUid: outputs.uid, results: outputs.results }),
    });
  }

  /** Steps that ended without running: skipped, or gathered from their items. */
  #settled(steps: readonly SettledStep[]): void {
    for (const { id, step, state, reason, isGathered } of steps) {
      if (isGathered && state === 'completed') this.#values.keepGathered(id);
      this.#record(step, id, { state, ...(reason === undefined ? {} : { reason }), isGathered });
    }
  }

  #stop(reason: string): void {
    if (this.#stopped === undefined) this.#parts.onStop?.(reason);
    this.#stopped ??= reason;
    this.#settled(this.#board.stop(() => reason));
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

  /** Before the exit step, which is told that they are missing; none of them is its own. */
  #resolveOutputs(): void {
    try {
      this.#outputs = this.#values.planOutputs();
    } catch (error) {
      this.#outputsMissing = error as SlipwayError;
    }
  }

  async #runExit(): Promise<void> {
    const step = this.#plan.spec.onExit;
    if (step === undefined) return;
    const active: ActiveStep = { controller: new AbortController() };
    this.#active.set(step.id, active);
    const status = this.status() as unknown as Json;
    const exit = { step, id: step.id, scope: [], extra: { status } };
    const end = await this.#executor.execute(exit, active);
    this.#active.delete(step.id);
    this.#record(step, step.id, end);
  }

  #change(step: PlanStep, id: string, change: Omit<StepChange, 'type' | 'time' | 'step' | 'function'>): void {
    const item = this.#board.itemOf(id);
    const event: StepChange = {
      type: 'step',
      time: this.#clock.now(),
      step: id,
      ...(item === undefined ? {} : { item }),
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
}
