import { type ItemScope, renderScope, type ScopeItem } from '../engine/item-scope.ts';
import type { Plan } from '../plan/plan.ts';

/** Positions of the items for which something is left to run: an earlier run may stand for all steps of the others. */
export function openItems(
  plan: Plan,
  map: string,
  scope: ItemScope,
  items: readonly ScopeItem[],
): readonly number[] {
  const { steps, maps = {}, pruned = {} } = plan.spec;
  const holdsMaps = Object.values(maps).some(({ within }) => within === map);
  const inside = steps.filter((step) => step.map === map && pruned[step.id] === undefined);
  const isOpen = (item: ScopeItem): boolean =>
    holdsMaps || inside.some(({ id }) => pruned[`${id}${renderScope([...scope, item])}`] === undefined);
  return items.filter(isOpen).map(({ index }) => index);
}
