import { conditionValues } from '../../dsl/condition.ts';
import type { Plan } from '../../plan/plan.ts';
import { mapOwnValues } from '../../plan/plan-graph.ts';
import { stepsOf } from '../../plan/plan-value.ts';
import type { Unit } from './scope-graph.ts';
import { stepUnit } from './scope-graph.ts';

/** What a step's pod decides for others once its step has completed: whether a step's condition holds, which items a map has. */
export interface Decisions {
  /** Ids of steps, in the order of the places `flag-1` … */
  readonly flags: readonly string[];
  /** Ids of maps, in the order of the places `list-1` … */
  readonly lists: readonly string[];
}

/** Decisions that one pod writes of each kind at most; beyond, pods decide for themselves. */
const most = 50;

const nothing: Decisions = { flags: [], lists: [] };

/**
 * Who decides what, by id of the step: a step whose outputs alone tell a condition or a map's items, in the same template as what is
 * decided. The same in the compiler and in the pods.
 */
export function assignDecisions(plan: Plan, part: readonly Unit[]): ReadonlyMap<string, Decisions> {
  const here = new Set(part.map(({ id }) => id));
  const found = new Map<string, { flags: string[]; lists: string[] }>();
  const assign = (kind: 'flags' | 'lists', steps: readonly string[], id: string): void => {
    const [producer, ...others] = new Set(steps);
    if (producer === undefined || others.length > 0 || !here.has(stepUnit(producer))) return;
    const known = found.get(producer) ?? { flags: [], lists: [] };
    if (known[kind].length >= most) return;
    known[kind].push(id);
    found.set(producer, known);
  };
  for (const { step, map } of part) {
    if (step?.when !== undefined) assign('flags', conditionValues(step.when).flatMap(stepsOf), step.id);
    const definition = map === undefined ? undefined : plan.spec.maps?.[map];
    if (map !== undefined && definition !== undefined)
      assign('lists', mapOwnValues(definition).flatMap(stepsOf), map);
  }
  return found;
}

export function decisionsOf(all: ReadonlyMap<string, Decisions>, step: string): Decisions {
  return all.get(step) ?? nothing;
}
