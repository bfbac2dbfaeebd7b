import { digestJson, type Json, toJson } from '../../core/json.ts';
import type { ArtifactRecord, RunRecord } from '../../tracking/run.ts';
import type { CacheMaterial } from './cache-material.ts';

/** What a step gave, under the key of its material. */
export interface CacheEntry {
  readonly apiVersion: 'slipway/v1';
  readonly kind: 'CachedStep';
  readonly key: string;
  readonly material: CacheMaterial;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The run that produced it. */
  readonly run: string;
  readonly results: Readonly<Record<string, Json>>;
  readonly artifacts: readonly ArtifactRecord[];
}

export function createCacheEntry(
  key: string,
  material: CacheMaterial,
  { uid, results, artifacts }: RunRecord,
  createdAt: number,
): CacheEntry {
  return {
    apiVersion: 'slipway/v1',
    kind: 'CachedStep',
    key,
    material,
    createdAt,
    run: uid,
    results,
    artifacts,
  };
}

/** The entry as text, with the digest by which damage is noticed. */
export function renderCacheEntry(entry: CacheEntry): string {
  return `${JSON.stringify({ ...entry, digest: digestJson(toJson(entry)) })}\n`;
}

/** The entry that a text holds, or undefined when it is not what was written under this key. */
export function parseCacheEntry(text: string, key: string): CacheEntry | undefined {
  try {
    const { digest, ...entry } = JSON.parse(text) as CacheEntry & { digest: string };
    const isWhole = digest === digestJson(toJson(entry)) && entry.key === key && entry.kind === 'CachedStep';
    return isWhole ? entry : undefined;
  } catch {
    return undefined;
  }
}
