import type { EdgeKind, Unit } from './scope-graph.ts';

/** Units that become one DAG template: at most so many, and what they wait for among themselves and outside. */
export type Part = readonly Unit[];

/**
 * Splits levels of units into parts of at most `limit` units (`weightOf` counts some for more). Parts only ever wait for parts before them.
 * Small levels share a part; a level too wide for one is dealt out over several that run side by side.
 */
export function splitUnits(
  levels: readonly (readonly Unit[])[],
  limit: number,
  weightOf: (unit: Unit) => number,
): readonly Part[] {
  const parts: Unit[][] = [];
  let open: Unit[] = [];
  let used = 0;
  const close = (): void => {
    if (open.length > 0) parts.push(open);
    open = [];
    used = 0;
  };
  for (const level of levels) {
    const weight = level.reduce((sum, unit) => sum + weightOf(unit), 0);
    if (used + weight > limit) close();
    for (const unit of level) {
      if (used + weightOf(unit) > limit) close();
      open.push(unit);
      used += weightOf(unit);
    }
    if (weight > limit) close();
  }
  close();
  return parts;
}

/** The parts as units of the graph around them. */
export function partUnits(parts: readonly Part[], nameOf: (index: number) => string): readonly Unit[] {
  const home = new Map(parts.flatMap((part, index) => part.map(({ id }) => [id, index] as const)));
  return parts.map((part, index) => {
    const edges = new Map<string, EdgeKind>();
    for (const { edges: own } of part)
      for (const before of own.keys()) {
        const at = home.get(before);
        if (at !== undefined && at !== index) edges.set(nameOf(at), 'end');
      }
    return { id: nameOf(index), edges };
  });
}
