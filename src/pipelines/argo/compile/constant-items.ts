import { PlanValues } from '../../engine/plan-values.ts';
import { mapInvalid, stepOutputMissing } from '../../errors.ts';
import type { Plan, PlanValue } from '../../plan/plan.ts';
import { mapOwnValues } from '../../plan/plan-graph.ts';
import { stepsOf } from '../../plan/plan-value.ts';
import { openItems } from '../open-items.ts';

/**
 * Positions of a map's items where the plan itself tells them: by literals, parameters, and steps that an earlier run stands for.
 * Undefined where only the run will tell, or what is there is no list: then a pod finds out, and says what is wrong.
 */
export function constantItems(plan: Plan, map: string): readonly number[] | undefined {
  const { maps = {}, pruned = {} } = plan.spec;
  const definition = maps[map];
  if (definition === undefined || definition.within !== undefined) return undefined;
  const own = mapOwnValues(definition);
  if (own.some(holdsGather) || own.flatMap(stepsOf).some((id) => pruned[id]?.type !== 'given'))
    return undefined;
  const values = new PlanValues(plan);
  for (const [id, found] of Object.entries(pruned))
    if (found.type === 'given') values.keep(id, { ...found, uid: found.run });
  try {
    if (values.unmet(definition.when, [], `the map "${map}"`) !== undefined) return [];
    return openItems(plan, map, [], values.expand(map, []));
  } catch (error) {
    if (mapInvalid.is(error) || stepOutputMissing.is(error)) return undefined;
    throw error;
  }
}

function holdsGather(value: PlanValue): boolean {
  switch (value.type) {
    case 'gather':
      return true;
    case 'list':
      return value.items.some(holdsGather);
    case 'record':
      return Object.values(value.entries).some(holdsGather);
    default:
      return false;
  }
}
