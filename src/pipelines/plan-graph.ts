import { conditionValues } from './condition.ts';
import type { Plan, PlanStep, PlanValue } from './plan.ts';
import { stepsOf } from './plan-value.ts';

/** The plan's steps, the exit step last. */
export function allSteps(plan: Plan): readonly PlanStep[] {
  const { steps, onExit } = plan.spec;
  return onExit === undefined ? steps : [...steps, onExit];
}

/** Ids of the steps that must have ended before this one starts: by data, by condition, by order. Each once. */
export function dependenciesOf(step: PlanStep): readonly string[] {
  return [...new Set([...valuesOf(step).flatMap(stepsOf), ...step.after])];
}

/** Whether `step` takes data from `other` or decides by it, rather than only waiting for it. */
export function needsDataOf(step: PlanStep, other: string): boolean {
  return valuesOf(step).some((value) => stepsOf(value).includes(other));
}

/** Every value that a step looks at: arguments, condition, mapped items. */
export function valuesOf(step: PlanStep): readonly PlanValue[] {
  return [
    ...Object.values(step.arguments),
    ...(step.when === undefined ? [] : conditionValues(step.when)),
    ...(step.map === undefined ? [] : [step.map.items]),
  ];
}

export interface SortedSteps {
  /** Every step after what it depends on; among those that could come next, by id. Steps on a cycle are left out. */
  readonly order: readonly PlanStep[];
  /** Ids along one cycle, first repeated at the end; absent when there is none. */
  readonly cycle?: readonly string[];
}

/** Topological order that depends on ids and edges only, never on the order in which steps were written. */
export function sortSteps(steps: readonly PlanStep[]): SortedSteps {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const waiting = new Map<string, Set<string>>();
  const dependents = new Map<string, string[]>();
  for (const step of steps) {
    const needs = dependenciesOf(step).filter((id) => byId.has(id));
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
