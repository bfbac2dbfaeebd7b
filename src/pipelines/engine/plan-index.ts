import type { PlanStep } from '../plan/plan.ts';
import { mapChain, mapOwnValues, ownValues } from '../plan/plan-graph.ts';
import { stepsOf } from '../plan/plan-value.ts';
import { renderScope, sharedScope } from './item-scope.ts';
import type { Place } from './place.ts';
import type { BoardPlan } from './step-board.ts';

interface Edge {
  readonly id: string;
  readonly isData: boolean;
}

const none: readonly never[] = [];

/** What of a plan lies where: steps and maps by the map around them, and what each of them depends on. */
export class PlanIndex {
  readonly #pruned: NonNullable<BoardPlan['pruned']>;
  readonly #chains = new Map<string, readonly string[]>();
  readonly #steps = new Map<string | undefined, PlanStep[]>();
  readonly #below = new Map<string, PlanStep[]>();
  readonly #inner = new Map<string | undefined, string[]>();
  readonly #edges = new Map<PlanStep | string, readonly Edge[]>();

  constructor({ steps, maps = {}, pruned = {} }: BoardPlan) {
    this.#pruned = pruned;
    for (const [id, { within }] of Object.entries(maps)) push(this.#inner, within, id);
    for (const step of steps) {
      const chain = mapChain(step.map, maps);
      this.#chains.set(step.id, chain);
      push(this.#steps, step.map, step);
      for (const map of chain) push(this.#below, map, step);
      this.#edges.set(step, edges(ownValues(step).flatMap(stepsOf), step.after));
    }
    for (const [id, map] of Object.entries(maps))
      this.#edges.set(id, edges(mapOwnValues(map).flatMap(stepsOf), map.after));
  }

  /** Steps directly inside a map, or outside all. */
  stepsIn(map: string | undefined): readonly PlanStep[] {
    return this.#steps.get(map) ?? none;
  }

  /** Steps inside a map or inside maps in it. */
  stepsBelow(map: string): readonly PlanStep[] {
    return this.#below.get(map) ?? none;
  }

  mapsIn(map: string | undefined): readonly string[] {
    return this.#inner.get(map) ?? none;
  }

  /** What a place waits for, as ids of places. What an earlier run stands for waits for nothing. */
  edgesOf({ kind, id, step, map, scope }: Place): readonly Edge[] {
    if (kind === 'gather') return [{ id: `map:${map}${renderScope(scope)}`, isData: true }];
    if (kind === 'step' && (this.#pruned[id] ?? this.#pruned[step.id]) !== undefined) return none;
    const found = this.#edges.get(kind === 'map' ? map : step) ?? none;
    if (scope.length === 0) return found;
    return found.map((edge) => ({
      id: `${edge.id}${renderScope(sharedScope(scope, this.#chains.get(edge.id) ?? none))}`,
      isData: edge.isData,
    }));
  }
}

function edges(data: readonly string[], after: readonly string[]): readonly Edge[] {
  const found = new Map<string, boolean>(after.map((id) => [id, false]));
  for (const id of data) found.set(id, true);
  return [...found].map(([id, isData]) => ({ id, isData }));
}

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}
