import { internalError } from '../../../core/errors.ts';
import type { Unit } from './scope-graph.ts';

/**
 * Units by how far they are from the start: all of one level may run once those of the levels before have ended. Within a level by id,
 * so that the order in which steps were written makes no difference.
 */
export function orderUnits(units: readonly Unit[]): readonly (readonly Unit[])[] {
  const known = new Map(units.map((unit) => [unit.id, unit]));
  const waiting = new Map(units.map((unit) => [unit.id, unit.edges.size]));
  const dependents = new Map<string, string[]>();
  for (const { id, edges } of units)
    for (const before of edges.keys()) {
      const list = dependents.get(before);
      if (list === undefined) dependents.set(before, [id]);
      else list.push(id);
    }
  const levels: Unit[][] = [];
  let level = units.filter(({ edges }) => edges.size === 0).map(({ id }) => id);
  let placed = 0;
  while (level.length > 0) {
    levels.push(level.sort().flatMap((id) => known.get(id) ?? []));
    placed += level.length;
    const next: string[] = [];
    for (const id of level)
      for (const after of dependents.get(id) ?? []) {
        const left = (waiting.get(after) ?? 0) - 1;
        waiting.set(after, left);
        if (left === 0) next.push(after);
      }
    level = next;
  }
  if (placed < units.length) throw internalError('maps of the plan wait for each other as a whole');
  return levels;
}
