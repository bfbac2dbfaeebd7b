import type { ItemScope } from '../../engine/item-scope.ts';
import type { StepEnd } from '../../engine/pipeline-outcome.ts';
import { PlanValues } from '../../engine/plan-values.ts';
import { type SettledStep, type Startable, StepBoard } from '../../engine/step-board.ts';
import type { Plan } from '../../plan/plan.ts';
import { mapChain } from '../../plan/plan-graph.ts';
import { subPlan, type Target } from './sub-plan.ts';

/** How a step's run of an item ended; undefined where there is none. */
export type FindEnd = (step: string, at: readonly number[]) => Promise<StepEnd | undefined>;

/** What a pod finds of its target: it may start, with what is known by then; or it has nothing to do. */
export type TargetView =
  | { readonly type: 'start'; readonly found: Startable; readonly values: PlanValues }
  | { readonly type: 'skip'; readonly reason: string };

type StartableStep = Extract<Startable, { type: 'step' }>;
type Walked = TargetView | { readonly type: 'deeper'; readonly steps: readonly string[] };

/** Runs asked for at once. */
const atOnce = 16;

/**
 * Looks, from one pod, at as much of a running plan as it takes to tell whether a step (of one item) or a map may start: its
 * neighbours, and what is behind those that never ran. Whatever that needs is asked of `find` once.
 */
export async function viewTarget(
  plan: Plan,
  target: Target & { readonly at: readonly number[] },
  find: FindEnd,
): Promise<TargetView> {
  const whole = new Set(target.kind === 'step' ? [target.id] : []);
  const ends = new Map<string, Promise<StepEnd | undefined>>();
  const recall: FindEnd = (step, at) => {
    const key = JSON.stringify([step, at]);
    const known = ends.get(key) ?? find(step, at);
    ends.set(key, known);
    return known;
  };
  for (;;) {
    const walked = await new Walk(plan, target, whole, recall).run();
    if (walked.type !== 'deeper') return walked;
    for (const step of walked.steps) whole.add(step);
  }
}

class Walk {
  readonly #plan: Plan;
  readonly #target: Target & { readonly at: readonly number[] };
  readonly #whole: ReadonlySet<string>;
  readonly #find: FindEnd;
  readonly #board: StepBoard;
  readonly #values: PlanValues;
  readonly #chain: readonly string[];
  #skipped: string | undefined;

  constructor(
    plan: Plan,
    target: Target & { readonly at: readonly number[] },
    whole: ReadonlySet<string>,
    find: FindEnd,
  ) {
    const { steps, maps = {} } = plan.spec;
    this.#plan = plan;
    this.#target = target;
    this.#whole = whole;
    this.#find = find;
    this.#board = new StepBoard(subPlan(plan, target, whole));
    this.#values = new PlanValues(plan);
    const around =
      target.kind === 'map' ? maps[target.id]?.within : steps.find(({ id }) => id === target.id)?.map;
    this.#chain = mapChain(around, maps);
  }

  async run(): Promise<Walked> {
    for (;;) {
      const batch: StartableStep[] = [];
      let moved = false;
      for (let next = this.#board.start(); next !== undefined; next = this.#board.start()) {
        if (this.#isTarget(next)) return { type: 'start', found: next, values: this.#values };
        if (!this.#isNear(next.scope)) continue;
        if (next.type === 'step') batch.push(next);
        else this.#openMap(next);
        moved = true;
      }
      const deeper = await this.#endAll(batch);
      if (deeper.length > 0) return { type: 'deeper', steps: deeper };
      if (this.#skipped !== undefined || !moved)
        return { type: 'skip', reason: this.#skipped ?? 'what it needs did not run' };
    }
  }

  #isTarget({ type, scope, ...found }: Startable): boolean {
    const id = 'step' in found ? found.step.id : found.map;
    const { kind, at } = this.#target;
    return type === kind && id === this.#target.id && scope.every(({ index }, depth) => index === at[depth]);
  }

  /** Of maps around the target only its own item matters; of others every item. */
  #isNear(scope: ItemScope): boolean {
    return scope.every(
      ({ map, index }, depth) => this.#chain[depth] !== map || index === this.#target.at[depth],
    );
  }

  #openMap({ id, map, scope }: Extract<Startable, { type: 'map' }>): void {
    try {
      const unmet = this.#values.unmet(this.#plan.spec.maps?.[map]?.when, scope, `the map "${map}"`);
      if (unmet !== undefined) this.#settle(this.#board.end(id, 'skipped', unmet));
      else this.#settle(this.#board.expand(id, this.#values.expand(map, scope)));
    } catch (error) {
      // the engine tells it of the first step inside; here it means that nothing inside runs
      this.#settle(this.#board.end(id, 'error', (error as Error).message));
    }
  }

  /** Ends steps as their runs say; gives those without one that have to be looked behind. */
  async #endAll(batch: readonly StartableStep[]): Promise<readonly string[]> {
    const deeper = new Set<string>();
    for (let from = 0; from < batch.length; from += atOnce) {
      const some = batch.slice(from, from + atOnce);
      const ends = await Promise.all(some.map((one) => this.#endOf(one)));
      for (const [index, { id, step, scope }] of some.entries()) {
        const end = ends[index];
        if (end !== undefined) this.#end(id, end);
        else if (this.#whole.has(step.id)) this.#neverRan({ id, step, scope });
        else deeper.add(step.id);
      }
    }
    return [...deeper];
  }

  #endOf({ id, step, scope }: StartableStep): Promise<StepEnd | undefined> {
    const { pruned = {} } = this.#plan.spec;
    const known = pruned[id] ?? pruned[step.id];
    if (known === undefined)
      return this.#find(
        step.id,
        scope.map(({ index }) => index),
      );
    if (known.type === 'left-out') return Promise.resolve({ state: 'skipped', reason: known.reason });
    const { run: uid, results, artifacts } = known;
    return Promise.resolve({ state: 'completed', outputs: { uid, results, artifacts } });
  }

  #end(id: string, { state, reason, outputs }: StepEnd): void {
    if (state === 'completed' && outputs !== undefined) this.#values.keep(id, outputs);
    this.#settle(this.#board.end(id, state, reason));
  }

  /** A step without a run whose turn had come: its condition did not hold, or the pipeline was stopped before. */
  #neverRan({ id, step, scope }: Pick<StartableStep, 'id' | 'step' | 'scope'>): void {
    let unmet: string | undefined;
    try {
      unmet = this.#values.unmet(step.when, scope, `the condition of step "${id}"`);
    } catch {
      // what it would have been asked of is missing: it failed without a run
    }
    if (unmet !== undefined) this.#settle(this.#board.end(id, 'skipped', unmet));
    else this.#settle(this.#board.end(id, 'skipped', 'it did not run', true));
  }

  #settle(settled: readonly SettledStep[]): void {
    for (const one of settled) {
      if (one.isGathered && one.state === 'completed') this.#values.keepGathered(one.id);
      if (one.isGathered || one.state !== 'skipped' || this.#target.kind !== 'step') continue;
      if (one.step.id === this.#target.id && this.#isOwn(one.id)) this.#skipped = one.reason ?? '';
    }
  }

  /** Whether a settled instance of the target's step is the target itself: of other items the board tells as well. */
  #isOwn(id: string): boolean {
    if (this.#chain.length === 0) return id === this.#target.id;
    return id === `${this.#target.id}${this.#ownKeys()}`;
  }

  /** Keys of the target's items, as far as they are known. */
  #ownKeys(): string {
    const source = this.#values.source([]);
    let scope: ItemScope = [];
    for (const [depth, map] of this.#chain.entries()) {
      const item = source.itemsOf(map, scope)?.items[this.#target.at[depth] ?? -1];
      if (item === undefined) return '[?]';
      scope = [...scope, item];
    }
    return scope.map(({ key }) => `[${key}]`).join('');
  }
}
