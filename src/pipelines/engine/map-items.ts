import type { Json, JsonObject } from '../../core/json.ts';
import { mapInvalid } from '../errors.ts';
import type { PlanMap } from '../plan/plan.ts';
import type { ScopeItem } from './item-scope.ts';

/** Longest key of an item; it becomes part of the names of steps and runs. */
const longestKey = 200;

/**
 * The items that a value is mapped over, now that it is known: those of a list, or the entries of an object. Throws
 * `MAP_INVALID` for anything else, and for keys that do not tell the items apart.
 */
export function mapItems(map: string, definition: PlanMap, value: Json): readonly ScopeItem[] {
  const entries = entriesOf(map, value);
  const items = entries.map(([given, item], index) => {
    const key = definition.key === undefined ? given : nameOf(map, definition.key, item, index);
    return { map, key, index, value: item };
  });
  const seen = new Map<string, number>();
  for (const { key, index } of items) {
    const other = seen.get(key);
    if (other !== undefined)
      throw mapInvalid(`the map "${map}" has two items with the key "${key}", at ${other} and at ${index}`, {
        hint: 'name the items by a property that differs, or leave out "key" to number them',
      });
    seen.set(key, index);
  }
  return items;
}

function entriesOf(map: string, value: Json): readonly (readonly [string, Json])[] {
  if (Array.isArray(value)) return value.map((item: Json, index) => [String(index), item] as const);
  if (value !== null && typeof value === 'object') return Object.entries(value as JsonObject);
  const shown = JSON.stringify(value);
  throw mapInvalid(
    `the map "${map}" goes over a list or an object, but got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`,
    { hint: 'let the step before return a list', details: { map } },
  );
}

function nameOf(map: string, property: string, item: Json, index: number): string {
  const named =
    property === '' ? item : item !== null && typeof item === 'object' && (item as JsonObject)[property];
  const key = typeof named === 'number' ? String(named) : named;
  if (typeof key === 'string' && key !== '' && key.length <= longestKey && !/[\p{Cc}[\]]/u.test(key))
    return key;
  const what = property === '' ? 'itself' : `by its property "${property}"`;
  throw mapInvalid(`item ${index} of the map "${map}" cannot be named ${what}: ${JSON.stringify(item)}`, {
    hint: `a key is a number or a text of 1 to ${longestKey} characters without brackets and line breaks`,
  });
}
