import type { BoardPlan } from '../../engine/step-board.ts';
import type { Plan, PlanMap, PlanStep } from '../../plan/plan.ts';
import { dependenciesOf, mapChain, mapOwnValues } from '../../plan/plan-graph.ts';
import { stepsOf } from '../../plan/plan-value.ts';

/** What a pod wants to know of: a step, or the items of a map. */
export interface Target {
  readonly kind: 'step' | 'map';
  readonly id: string;
}

/**
 * As much of a plan as tells whether the target may start: the steps in `whole` with what they wait for, others without, as if they
 * had nothing before them. So that a step in the middle of a thousand costs no more than its neighbours.
 */
export function subPlan(plan: Plan, target: Target, whole: ReadonlySet<string>): BoardPlan {
  const { steps, maps = {}, pruned = {} } = plan.spec;
  const byId = new Map(steps.map((step) => [step.id, step]));
  const kept = new Set<string>();
  const keptMaps = new Set<string>();
  const keepMap = (innermost: string | undefined): void => {
    for (const id of mapChain(innermost, maps)) {
      if (keptMaps.has(id)) continue;
      keptMaps.add(id);
      for (const step of mapNeeds(maps[id])) keep(step);
    }
  };
  const keep = (id: string): void => {
    const step = byId.get(id);
    if (step === undefined || kept.has(id)) return;
    kept.add(id);
    keepMap(step.map);
    if (whole.has(id)) for (const before of dependenciesOf(step, maps)) keep(before);
  };
  for (const id of whole) keep(id);
  if (target.kind === 'step') keep(target.id);
  else {
    keepMap(target.id);
    // a map is there for the sake of a step in it
    const inside = steps.find((step) => mapChain(step.map, maps).includes(target.id));
    if (inside !== undefined) keep(inside.id);
  }
  return {
    steps: steps.filter(({ id }) => kept.has(id)).map((step) => (whole.has(step.id) ? step : alone(step))),
    maps: Object.fromEntries(Object.entries(maps).filter(([id]) => keptMaps.has(id))),
    pruned,
  };
}

function mapNeeds(map: PlanMap | undefined): readonly string[] {
  return map === undefined ? [] : [...mapOwnValues(map).flatMap(stepsOf), ...map.after];
}

function alone({ when: _when, ...step }: PlanStep): PlanStep {
  return { ...step, arguments: {}, after: [] };
}
