import type { Plan, PlanStep } from '../plan/plan.ts';
import { dependenciesOf, mapChain, sortSteps } from '../plan/plan-graph.ts';

/** What is wrong with the maps of a plan: maps that do not exist, lie inside each other, or wait for themselves. */
export function checkMaps({ spec }: Plan): readonly string[] {
  const { steps, maps = {}, onExit } = spec;
  const ids = Object.keys(maps);
  if (ids.length === 0 && steps.every((step) => step.map === undefined) && onExit?.map === undefined)
    return [];
  const problems = [
    ...steps
      .filter((step) => step.map !== undefined && maps[step.map] === undefined)
      .map((step) => `step "${step.id}" is part of the map "${step.map}", which the plan does not have`),
    ...ids.flatMap((id) => checkWithin(id, maps)),
    ...(onExit?.map === undefined ? [] : [`the exit step "${onExit.id}" is part of a map; it runs once`]),
  ];
  return problems.length > 0
    ? problems
    : ids.flatMap((id) => checkReturn(id, sortSteps(steps, maps).order, maps));
}

function checkWithin(id: string, maps: NonNullable<Plan['spec']['maps']>): readonly string[] {
  const within = maps[id]?.within;
  if (within === undefined) return [];
  if (maps[within] === undefined)
    return [`the map "${id}" is part of the map "${within}", which the plan does not have`];
  const [top] = mapChain(id, maps);
  const isLoop = top !== undefined && maps[top]?.within !== undefined;
  return isLoop ? [`the map "${id}" is part of itself`] : [];
}

/** A step inside must not need a step outside that needs the map: the map would wait for itself. */
function checkReturn(
  id: string,
  steps: readonly PlanStep[],
  maps: NonNullable<Plan['spec']['maps']>,
): readonly string[] {
  const inside = new Set(
    steps.filter((step) => mapChain(step.map, maps).includes(id)).map((step) => step.id),
  );
  const needsMap = new Set<string>();
  // steps come after what they depend on, so one pass tells all
  for (const step of steps) {
    const needs = dependenciesOf(step, maps);
    if (inside.has(step.id)) {
      const back = needs.find((need) => needsMap.has(need));
      if (back !== undefined)
        return [
          `step "${step.id}" of the map "${id}" needs the step "${back}" outside, which needs what the map gives`,
        ];
    } else if (needs.some((need) => inside.has(need) || needsMap.has(need))) needsMap.add(step.id);
  }
  return [];
}
