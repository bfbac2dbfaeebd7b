import type { Plan, PlanStep } from '../../plan/plan.ts';
import { mapChain, mapOwnValues, ownValues } from '../../plan/plan-graph.ts';
import { stepsOf } from '../../plan/plan-value.ts';

/**
 * What one task waits for of another. `data`: that it completed. `order`: that it completed, or had nothing to do. `end`: that it ended,
 * however; what that means for each step the pods find out themselves.
 */
export type EdgeKind = 'data' | 'order' | 'end';

/** A step, or a whole map, as seen from the scope that it stands in. */
export interface Unit {
  readonly id: string;
  readonly step?: PlanStep;
  readonly map?: string;
  /** By id of the unit. */
  readonly edges: Map<string, EdgeKind>;
}

/** The units of the plan itself (`undefined`) and of the items of each map. */
export type ScopeGraphs = ReadonlyMap<string | undefined, readonly Unit[]>;

export const stepUnit = (id: string): string => `step:${id}`;
export const mapUnit = (id: string): string => `map:${id}`;

/** The graph of every scope of a plan; steps that do not run in it are left out, and with them what waits for them only. */
export function scopeGraphs(plan: Plan): ScopeGraphs {
  const { steps, maps = {}, pruned = {} } = plan.spec;
  const running = steps.filter(({ id }) => pruned[id] === undefined);
  const chains = new Map(steps.map((step) => [step.id, mapChain(step.map, maps)]));
  const used = new Set(running.flatMap(({ id }) => chains.get(id) ?? []));
  const units = new Map<string, Unit>();
  const scopes = new Map<string | undefined, Unit[]>([[undefined, []]]);
  for (const id of used) scopes.set(id, []);
  const add = (scope: string | undefined, unit: Unit): void => {
    units.set(unit.id, unit);
    scopes.get(scope)?.push(unit);
  };
  for (const step of running) add(step.map, { id: stepUnit(step.id), step, edges: new Map() });
  for (const map of used) add(maps[map]?.within, { id: mapUnit(map), map, edges: new Map() });
  const chainOf = (step: string): readonly string[] => chains.get(step) ?? [];
  const connect = (chain: readonly string[], own: Unit | undefined, from: string, kind: EdgeKind): void => {
    const source = chainOf(from);
    let shared = 0;
    while (shared < chain.length && chain[shared] === source[shared]) shared++;
    const [outer, inner] = [chain[shared], source[shared]];
    const to = outer === undefined ? own : units.get(mapUnit(outer));
    const before = units.get(inner === undefined ? stepUnit(from) : mapUnit(inner));
    if (to === undefined || before === undefined || to === before) return;
    // what stands for several steps tells nothing about the one that is meant
    const isWhole = outer === undefined && inner === undefined;
    widen(to.edges, before.id, isWhole ? kind : 'end');
  };
  for (const step of running) {
    const chain = chainOf(step.id);
    const unit = units.get(stepUnit(step.id));
    for (const from of step.after) connect(chain, unit, from, 'order');
    for (const from of ownValues(step).flatMap(stepsOf)) connect(chain, unit, from, 'data');
  }
  for (const id of used) {
    const map = maps[id];
    if (map === undefined) continue;
    const chain = mapChain(map.within, maps);
    const unit = units.get(mapUnit(id));
    for (const from of map.after) connect(chain, unit, from, 'order');
    for (const from of mapOwnValues(map).flatMap(stepsOf)) connect(chain, unit, from, 'data');
  }
  return scopes;
}

const strength: Readonly<Record<EdgeKind, number>> = { data: 2, order: 1, end: 0 };

/** Of several reasons to wait for one unit the strictest counts: without it nothing of the unit can run. */
function widen(edges: Map<string, EdgeKind>, id: string, kind: EdgeKind): void {
  const known = edges.get(id);
  if (known === undefined || strength[kind] > strength[known]) edges.set(id, kind);
}
