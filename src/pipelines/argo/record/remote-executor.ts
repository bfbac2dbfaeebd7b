import { errorRecord } from '../../../core/error.ts';
import type { RunStore } from '../../../tracking/store.ts';
import type { StepEnd } from '../../engine/pipeline-outcome.ts';
import { prepareStep } from '../../engine/prepare-step.ts';
import type { ActiveStep, ExecutorHooks, StartingStep, StepExecutor } from '../../engine/step-executor.ts';
import type { Plan, PlanStep } from '../../plan/plan.ts';

/** A step that runs elsewhere, or will. */
export interface AwaitedStep {
  readonly step: PlanStep;
  /** Of the instance: `train[3]`. */
  readonly id: string;
  /** Positions of its items. */
  readonly at: readonly number[];
  readonly active: ActiveStep;
  /** Whether it is the step that runs when all else has ended. */
  readonly isExit: boolean;
  /** To be called once it has begun. */
  readonly running: (runUid: string) => void;
}

/** Tells how steps end that run elsewhere. */
export interface StepWatcher {
  ended(awaited: AwaitedStep): Promise<StepEnd>;
}

/** Lets the driver follow steps that others run: what can be told without them it tells itself, the same as the pods do. */
export class RemoteExecutor implements StepExecutor {
  readonly #plan: Plan;
  readonly #store: RunStore;
  readonly #hooks: ExecutorHooks;
  readonly #watcher: StepWatcher;

  constructor(
    {
      plan,
      store,
      watcher,
    }: { readonly plan: Plan; readonly store: RunStore; readonly watcher: StepWatcher },
    hooks: ExecutorHooks,
  ) {
    this.#plan = plan;
    this.#store = store;
    this.#hooks = hooks;
    this.#watcher = watcher;
  }

  async execute(starting: StartingStep, active: ActiveStep): Promise<StepEnd> {
    const { step, id, scope, extra } = starting;
    if (extra === undefined) {
      const ended = await this.#endBeforeStart(starting, active);
      if (ended !== undefined) return ended;
    }
    return this.#watcher.ended({
      step,
      id,
      at: scope.map(({ index }) => index),
      active,
      isExit: extra !== undefined,
      running: (runUid) => this.#hooks.running(step, id, runUid),
    });
  }

  /** How a step ends whose condition does not hold, or for which something is missing. */
  async #endBeforeStart(starting: StartingStep, { controller }: ActiveStep): Promise<StepEnd | undefined> {
    const { values, pipelineRun } = this.#hooks;
    try {
      const preparation = { plan: this.#plan, values, pipelineRun, store: this.#store };
      const prepared = await prepareStep(starting, preparation);
      return 'state' in prepared ? prepared : undefined;
    } catch (error) {
      return { state: controller.signal.aborted ? 'aborted' : 'error', error: errorRecord(error) };
    }
  }
}
