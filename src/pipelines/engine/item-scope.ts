import type { Json } from '../../core/json.ts';

/** One item of a map that is under way. */
export interface ScopeItem {
  /** Id of the map. */
  readonly map: string;
  /** What tells the item apart from the others: its index, its key, or the property that names it. */
  readonly key: string;
  readonly index: number;
  readonly value: Json;
}

/** The items that a step's instance stands in, those of outer maps first. */
export type ItemScope = readonly ScopeItem[];

/** `[3]`, or `[a][3]` inside two maps: what an instance's id adds to that of its step. */
export function renderScope(scope: ItemScope): string {
  return scope.map(({ key }) => `[${key}]`).join('');
}

/** As much of a scope as a map's chain shares with it. */
export function sharedScope(scope: ItemScope, chain: readonly string[]): ItemScope {
  let shared = 0;
  while (shared < chain.length && scope[shared]?.map === chain[shared]) shared++;
  return scope.slice(0, shared);
}
