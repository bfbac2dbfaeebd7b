import { canonicalJson, type Json } from '../../core/json.ts';
import type { CacheMaterial } from './cache-material.ts';

/** Differences named in one sentence at most. */
const named = 4;

/** What of a step changed, a few words each: `params.depth changed 4 → 5`, `inputs.data has other content`. */
export function differences(before: CacheMaterial, now: CacheMaterial): readonly string[] {
  return [
    ...(before.code === now.code ? [] : ['the code changed']),
    ...changed('the handler', before.handler, now.handler),
    ...changed('the cache version', before.version, now.version),
    ...entries('params', before.params, now.params, ([a, b]) => `changed ${show(a)} → ${show(b)}`),
    ...entries('inputs', before.inputs, now.inputs, () => 'has other content'),
    ...entries('env', before.env, now.env, () => 'changed'),
    ...changed('the image', before.image, now.image),
    ...changed('the seed', before.seed, now.seed),
    ...(same(before.sweep, now.sweep) ? [] : ['the sweep changed']),
    ...(same(before.secrets, now.secrets) ? [] : ['the names of its secrets changed']),
    ...(same(before.returns, now.returns) ? [] : ['the kinds of its results changed']),
  ];
}

/** Differences in one sentence. */
export function joinDifferences(all: readonly string[]): string {
  const more = all.length - named;
  return [...all.slice(0, named), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function changed(what: string, before: Json, now: Json): readonly string[] {
  return same(before, now) ? [] : [`${what} changed ${show(before)} → ${show(now)}`];
}

function entries<Value extends Json>(
  group: string,
  before: Readonly<Record<string, Value>>,
  now: Readonly<Record<string, Value>>,
  describe: (pair: readonly [Json, Json]) => string,
): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [a, b] = [before[name], now[name]];
    if (a === undefined) return b === undefined ? [] : [`${group}.${name} is new`];
    if (b === undefined) return [`${group}.${name} is gone`];
    return same(a, b) ? [] : [`${group}.${name} ${describe([a, b])}`];
  });
}

const same = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b);

function show(value: Json): string {
  if (value === '' || value === null) return 'none';
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
