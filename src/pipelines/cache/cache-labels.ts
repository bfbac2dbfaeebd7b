import { canonicalJson, toJson } from '../../core/json.ts';
import type { RunRecord } from '../../tracking/run.ts';
import { type CacheMaterial, type CacheSettings, cacheKey } from './cache-material.ts';

/** Label of a step's run whose outputs others may take: the digest of what made them what they are. */
export const cacheLabel = 'slipway.cache';

/** Label that tells what of it neither params, inputs nor function of the run do; by it a later run says what changed. */
export const settingsLabel = 'slipway.cache-settings';

const nothing: CacheSettings = {
  version: '',
  env: {},
  secrets: [],
  image: '',
  seed: null,
  sweep: null,
  returns: {},
};

/** What a step's run is labelled with so that its outputs are found. */
export function cacheLabels(material: CacheMaterial): Readonly<Record<string, string>> {
  const said = (Object.keys(nothing) as (keyof CacheSettings)[])
    .filter((name) => canonicalJson(toJson(material[name])) !== canonicalJson(toJson(nothing[name])))
    .map((name) => [name, material[name]]);
  return {
    [cacheLabel]: cacheKey(material),
    ...(said.length === 0 ? {} : { [settingsLabel]: canonicalJson(toJson(Object.fromEntries(said))) }),
  };
}

/** The settings that a run was labelled with; undefined where the label was changed. */
export function settingsOf({ labels }: RunRecord): CacheSettings | undefined {
  try {
    return { ...nothing, ...(JSON.parse(labels[settingsLabel] ?? '{}') as Partial<CacheSettings>) };
  } catch {
    return undefined;
  }
}
