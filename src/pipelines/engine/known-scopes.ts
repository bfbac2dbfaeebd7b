import { mapInvalid, stepOutputMissing } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { mapChain } from '../plan/plan-graph.ts';
import type { ItemScope } from './item-scope.ts';
import type { PlanValues } from './plan-values.ts';

/**
 * The items of each map, after those of the maps around it, as far as `values` tell them by now. A map whose items are not told has no
 * entry, and is left out of the scopes of those inside it.
 */
export function knownScopes(plan: Plan, values: PlanValues): ReadonlyMap<string, readonly ItemScope[]> {
  const found = new Map<string, readonly ItemScope[]>();
  const { maps = {} } = plan.spec;
  const chains = Object.keys(maps).map((map) => mapChain(map, maps));
  for (const chain of chains.sort((a, b) => a.length - b.length)) {
    const map = chain.at(-1) ?? '';
    const around = chain.findLast((one) => found.has(one));
    const outer = around === undefined ? [[]] : (found.get(around) ?? []);
    const told = outer.flatMap((scope) => {
      const items = itemsIn(map, scope, values);
      return items === undefined ? [] : [items];
    });
    if (told.length > 0 || outer.length === 0) found.set(map, told.flat());
  }
  return found;
}

function itemsIn(map: string, scope: ItemScope, values: PlanValues): readonly ItemScope[] | undefined {
  try {
    return values.expand(map, scope).map((item) => [...scope, item]);
  } catch (error) {
    if (mapInvalid.is(error) || stepOutputMissing.is(error)) return undefined;
    throw error;
  }
}
