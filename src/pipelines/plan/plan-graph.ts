import { conditionValues } from '../dsl/condition.ts';
import type { Plan, PlanMap, PlanStep, PlanValue } from './plan.ts';
import { stepsOf } from './plan-value.ts';

/** The plan's steps, the exit step last. */
export function allSteps(plan: Plan): readonly PlanStep[] {
  const { steps, onExit } = plan.spec;
  return onExit === undefined ? steps : [...steps, onExit];
}

/** The steps that an earlier run does not stand for and that are not left out, the exit step last. */
export function runningSteps(plan: Plan): readonly PlanStep[] {
  const { pruned = {} } = plan.spec;
  return allSteps(plan).filter(({ id }) => pruned[id] === undefined);
}

type Maps = Plan['spec']['maps'];

/** Ids of the steps that must have ended before this one starts: by data, by condition, by order, by what it is mapped over. */
export function dependenciesOf(step: PlanStep, maps: Maps = {}): readonly string[] {
  return [
    ...new Set([
      ...valuesOf(step, maps).flatMap(stepsOf),
      ...step.after,
      ...mapsAround(step, maps).flatMap((map) => map.after),
    ]),
  ];
}

/** Every value that a step looks at: arguments, condition, and those of the maps around it. */
export function valuesOf(step: PlanStep, maps: Maps = {}): readonly PlanValue[] {
  return [...ownValues(step), ...mapsAround(step, maps).flatMap(mapOwnValues)];
}

/** The values of a step itself: arguments and condition. */
export function ownValues(step: PlanStep): readonly PlanValue[] {
  return [...Object.values(step.arguments), ...(step.when === undefined ? [] : conditionValues(step.when))];
}

/** The values that a map looks at: its items and its condition. */
export function mapOwnValues(map: PlanMap): readonly PlanValue[] {
  return [map.items, ...(map.when === undefined ? [] : conditionValues(map.when))];
}

/** Ids of a map and of those around it, the outermost first. */
export function mapChain(map: string | undefined, maps: Maps = {}): readonly string[] {
  const chain: string[] = [];
  for (let at = map; at !== undefined && !chain.includes(at); at = maps[at]?.within) chain.unshift(at);
  return chain;
}

function mapsAround(step: PlanStep, maps: Maps = {}): readonly PlanMap[] {
  if (step.map === undefined) return [];
  return mapChain(step.map, maps).flatMap((id) => maps[id] ?? []);
}

export interface SortedSteps {
  /** Every step after what it depends on; among those that could come next, by id. Steps on a cycle are left out. */
  readonly order: readonly PlanStep[];
  /** Ids along one cycle, first repeated at the end; absent when there is none. */
  readonly cycle?: readonly string[];
}

/** Topological order that depends on ids and edges only, never on the order in which steps were written. */
export function sortSteps(steps: readonly PlanStep[], maps?: Maps): SortedSteps {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const waiting = new Map<string, Set<string>>();
  const dependents = new Map<string, string[]>();
  for (const step of steps) {
    const needs = dependenciesOf(step, maps).filter((id) => byId.has(id));
    waiting.set(step.id, new Set(needs));
    for (const id of needs) {
      const known = dependents.get(id);
      if (known === undefined) dependents.set(id, [step.id]);
      else known.push(step.id);
    }
  }
  const order: PlanStep[] = [];
  let ready = steps.filter((step) => waiting.get(step.id)?.size === 0).map((step) => step.id);
  while (ready.length > 0) {
    const next: string[] = [];
    for (const id of ready.sort()) {
      const step = byId.get(id);
      if (step !== undefined) order.push(step);
      waiting.delete(id);
      for (const dependent of dependents.get(id) ?? []) {
        const needs = waiting.get(dependent);
        needs?.delete(id);
        if (needs?.size === 0) next.push(dependent);
      }
    }
    ready = next;
  }
  return waiting.size === 0 ? { order } : { order, cycle: findCycle(waiting) };
}

function findCycle(waiting: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const seen: string[] = [];
  let at = [...waiting.keys()].sort()[0];
  while (at !== undefined && !seen.includes(at)) {
    seen.push(at);
    at = [...(waiting.get(at) ?? [])].filter((id) => waiting.has(id)).sort()[0];
  }
  return at === undefined ? seen : [...seen.slice(seen.indexOf(at)), at];
}
