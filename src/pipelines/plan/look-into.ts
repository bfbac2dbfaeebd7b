import type { Json } from '../../core/json.ts';

/** The property of a property of … a value; undefined where there is none. */
export function lookInto(start: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = start;
  for (const key of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, Json>>)[key];
  }
  return at;
}
