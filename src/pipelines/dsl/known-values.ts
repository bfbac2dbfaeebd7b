import type { Json } from '../../core/json.ts';
import { lookInto } from '../plan/look-into.ts';
import type { PlanValue } from '../plan/plan.ts';
import type { MapDraft } from './step-request.ts';

/** What an argument is known to become while the pipeline is built: one value, or one for each item of a map; else none. */
export function knownValues(value: PlanValue, maps: readonly MapDraft[]): readonly Json[] {
  if (value.type === 'literal') return [value.value];
  if (value.type !== 'item' || value.part !== 'value') return [];
  const items = maps.find(({ token }) => token === value.of)?.map.items;
  if (items?.type !== 'literal' || items.value === null || typeof items.value !== 'object') return [];
  return Object.values(items.value).flatMap((item) => {
    const known = lookInto(item, value.path);
    return known === undefined ? [] : [known];
  });
}
