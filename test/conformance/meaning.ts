import type { Json } from '../../src/core/json.ts';
import type { Plan, PlanMap, PlanStep } from '../../src/pipelines/plan/plan.ts';
import { mapChain, mapOwnValues, ownValues } from '../../src/pipelines/plan/plan-graph.ts';
import { stepsOf } from '../../src/pipelines/plan/plan-value.ts';
import type { Behaviour } from './behaviours.ts';
import type { Because, EventLog, StepLog } from './event-log.ts';
import { holds, type Item, type Known, readValue } from './meaning-values.ts';

type End = Omit<StepLog, 'id' | 'after'>;
type Blocked = { readonly because: Because };

const completed = { state: 'completed', because: '', attempts: 0, results: {} } as const;
const isBad = ({ state, because }: Pick<End, 'state' | 'because'>): boolean =>
  state === 'error' || state === 'aborted' || (state === 'skipped' && because !== 'condition');

/**
 * What a plan means: for each step how it ends, asked of the steps before it, one after another. It knows nothing of time,
 * processes and events, and shares no code with an engine; the golden files are what it says.
 */
export class Meaning {
  readonly #plan: Plan;
  readonly #behaviour: Behaviour;
  /** How the steps ended in the run before, where one is resumed or repeated. */
  readonly #before: Meaning | undefined;
  readonly #ends = new Map<string, End>();
  readonly #after = new Map<string, Set<string>>();
  readonly #known: Known;

  constructor(plan: Plan, behaviour: Behaviour, before?: Meaning) {
    this.#plan = plan;
    this.#behaviour = behaviour;
    this.#before = before;
    this.#known = {
      results: (step, items) => {
        const end = this.#endOf(step, this.#shared(step, items));
        return end.state === 'completed' ? end.results : undefined;
      },
      itemsOf: (map, items) => this.#itemsOf(map, items),
    };
  }

  log(): EventLog {
    const { spec } = this.#plan;
    for (const step of spec.steps) this.#visit(step, []);
    const logs = [...this.#ends].map(([id, end]) => ({
      ...end,
      id,
      after: [...(this.#after.get(id) ?? [])].sort(),
    }));
    const failed = logs.filter(
      ({ state, because }) => state === 'error' || (state === 'aborted' && because === ''),
    );
    const failedIds = failed
      .filter(({ because }) => because !== 'items')
      .map(({ id }) => id)
      .sort();
    const isCancelled = logs.some(({ because }) => because === 'cancel');
    const state = isCancelled ? 'aborted' : failedIds.length > 0 ? 'error' : 'completed';
    const log: EventLog = {
      state,
      ...(state === 'completed' ? {} : { code: isCancelled ? 'RUN_ABORTED' : 'STEP_FAILED' }),
      failed: failedIds,
      outputs: this.#outputs(),
      steps: logs.sort((a, b) => (a.id < b.id ? -1 : 1)),
    };
    return spec.onExit === undefined ? log : withExit(log, spec.onExit.id);
  }

  #outputs(): Readonly<Record<string, Json>> {
    const there = Object.entries(this.#plan.spec.outputs).filter(([, value]) =>
      stepsOf(value).every((step) => this.#ends.get(step)?.state === 'completed'),
    );
    return Object.fromEntries(there.map(([name, value]) => [name, readValue(value, [], this.#known)]));
  }

  /** A step in all items of the maps around it, and as a whole. */
  #visit(step: PlanStep, items: readonly Item[]): void {
    this.#endOf(step.id, items);
    const chain = mapChain(step.map, this.#plan.spec.maps);
    const next = chain[items.length];
    if (next === undefined || this.#mapBlock(next, items) !== undefined) return;
    for (const item of this.#itemsOf(next, items)) this.#visit(step, [...items, item]);
  }

  #endOf(stepId: string, items: readonly Item[]): End {
    const step = this.#step(stepId);
    const id = `${stepId}${items.map(({ key }) => `[${key}]`).join('')}`;
    const depth = mapChain(step.map, this.#plan.spec.maps).length;
    const isWhole = items.length < depth;
    const known = this.#ends.get(id);
    if (known !== undefined) return known;
    const end = isWhole ? this.#gathered(step, items) : this.#single(step, id, items);
    // the whole of a step in one item of an outer map is no step that anybody hears of
    if (!isWhole || items.length === 0) this.#ends.set(id, end);
    return end;
  }

  #gathered(step: PlanStep, items: readonly Item[]): End {
    const map = mapChain(step.map, this.#plan.spec.maps)[items.length] ?? '';
    const blocked = this.#mapBlock(map, items);
    if (blocked !== undefined) return { ...completed, state: 'skipped', ...blocked };
    const children = this.#itemsOf(map, items).map((item) => this.#endOf(step.id, [...items, item]));
    const failed =
      children.find(({ state }) => state === 'error') ?? children.find(({ state }) => state === 'aborted');
    if (failed !== undefined) return { ...completed, state: failed.state, because: 'items' };
    const missing = children.find(isBad);
    return missing === undefined
      ? { ...completed, because: 'items' }
      : { ...missing, attempts: 0, results: {} };
  }

  #single(step: PlanStep, id: string, items: readonly Item[]): End {
    const before = this.#before?.endOf(id);
    const isRepeated = this.#behaviour.afterwards === 'again' || before?.state === 'completed';
    const { maps = {} } = this.#plan.spec;
    if (this.#behaviour.afterwards === 'resume' && before?.state === 'completed' && before.because === '')
      return { ...before, because: 'resume', attempts: 0 };
    const blocked = this.#block(ownValues(step).flatMap(stepsOf), step.after, items);
    if (blocked !== undefined) return { ...completed, state: 'skipped', ...blocked };
    if (step.when !== undefined && !holds(step.when, items, this.#known))
      return { ...completed, state: 'skipped', because: 'condition' };
    if (before !== undefined && isRepeated) return { ...before, because: 'cache', attempts: 0 };
    const chain = mapChain(step.map, maps);
    this.#comeAfter(id, [...ownValues(step).flatMap(stepsOf), ...step.after], items);
    for (const [at, map] of chain.entries()) this.#comeAfter(id, mapEdges(maps[map]), items.slice(0, at));
    return this.#run(step, items);
  }

  endOf(id: string): End | undefined {
    return this.#ends.get(id);
  }

  #run(step: PlanStep, items: readonly Item[]): End {
    const args = Object.fromEntries(
      Object.entries(step.arguments).map(([name, value]) => [name, readValue(value, items, this.#known)]),
    );
    const tries = step.sweep?.hyperparams?.n ?? [args.n ?? 1];
    const results = tries.map((n) => act({ ...args, n })).sort((a, b) => Number(b.n) - Number(a.n))[0] ?? {};
    const trouble = args.trouble as { kind: string; attempts?: number; on?: number } | undefined;
    const allowed = 1 + (step.options.retry?.retries ?? 0);
    if (trouble === undefined || (trouble.on !== undefined && trouble.on !== args.n))
      return { ...completed, attempts: 1, results };
    if (trouble.kind === 'throw') {
      const bad = trouble.attempts ?? Number.POSITIVE_INFINITY;
      if (bad < allowed) return { ...completed, attempts: bad + 1, results };
      return { ...completed, state: 'error', code: 'USER_CODE_FAILED', attempts: allowed };
    }
    if (this.#behaviour.afterwards === 'cancel')
      return { ...completed, state: 'aborted', because: 'cancel', code: 'RUN_ABORTED', attempts: 1 };
    return { ...completed, state: 'error', code: 'RUN_TIMEOUT', attempts: 1 };
  }

  /** Why a step or map does not run, by the steps that it needs data of and those that it only comes after. */
  #block(data: readonly string[], after: readonly string[], items: readonly Item[]): Blocked | undefined {
    const ends = [...data, ...after].map((step) => this.#endOf(step, this.#shared(step, items)));
    if (ends.some(isBad)) return { because: this.#behaviour.afterwards === 'cancel' ? 'cancel' : 'failure' };
    const isMissing = ends.slice(0, data.length).some(({ state }) => state === 'skipped');
    return isMissing ? { because: 'condition' } : undefined;
  }

  #mapBlock(map: string, items: readonly Item[]): Blocked | undefined {
    const definition = this.#plan.spec.maps?.[map];
    if (definition === undefined) return undefined;
    const blocked = this.#block(mapOwnValues(definition).flatMap(stepsOf), definition.after, items);
    if (blocked !== undefined) return blocked;
    const { when } = definition;
    return when === undefined || holds(when, items, this.#known) ? undefined : { because: 'condition' };
  }

  #itemsOf(map: string, items: readonly Item[]): readonly Item[] {
    const { maps } = this.#plan.spec;
    const definition = maps?.[map];
    const outer = items.slice(0, mapChain(definition?.within, maps).length);
    if (definition === undefined) return [];
    const list = readValue(definition.items, outer, this.#known) as readonly Json[];
    return list.map((value, index) => ({
      map,
      index,
      value,
      key: String(definition.key === undefined ? index : (value as Record<string, Json>)[definition.key]),
    }));
  }

  #comeAfter(id: string, steps: readonly string[], items: readonly Item[]): void {
    const after = this.#after.get(id) ?? new Set<string>();
    this.#after.set(id, after);
    for (const step of steps) {
      const shared = this.#shared(step, items);
      const isWhole = shared.length < mapChain(this.#step(step).map, this.#plan.spec.maps).length;
      const name = `${step}${shared.map(({ key }) => `[${key}]`).join('')}`;
      if (isWhole) after.add(`${name}[*]`);
      else if ((this.#ends.get(name)?.attempts ?? 0) > 0) after.add(name);
    }
  }

  /** As many of the items as the other step has around it, too. */
  #shared(step: string, items: readonly Item[]): readonly Item[] {
    const chain = mapChain(this.#step(step).map, this.#plan.spec.maps);
    const length = items.findIndex(({ map }, at) => chain[at] !== map);
    return length === -1 ? items.slice(0, chain.length) : items.slice(0, length);
  }

  #step(id: string): PlanStep {
    const found = this.#plan.spec.steps.find((step) => step.id === id);
    if (found === undefined) throw new Error(`no step "${id}"`);
    return found;
  }
}

/** What a map looks at and comes after. */
function mapEdges(map: PlanMap | undefined): readonly string[] {
  return map === undefined ? [] : [...mapOwnValues(map).flatMap(stepsOf), ...map.after];
}

/** What the handler of all steps gives. */
function act(args: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const { n = 1, add = [], items } = args;
  const sum = (add as readonly number[]).reduce((total, one) => total + one, Number(n));
  return { n: sum, ...(items === undefined ? {} : { items }) };
}

/** The last step, which comes after all that ran and is told how they ended. */
function withExit(log: EventLog, id: string): EventLog {
  const ran = log.steps.filter(({ attempts }) => attempts > 0).map((step) => step.id.replace(/\[.*/, '[*]'));
  const exit: StepLog = {
    ...completed,
    id,
    attempts: 1,
    results: { told: log.state, failed: log.failed },
    after: [...new Set(ran)].sort(),
  };
  return { ...log, steps: [...log.steps, exit].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}
