import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { RunStore } from '../../tracking/store.ts';
import { isKept } from '../engine/check-artifacts.ts';
import { entriesDirectory, readEntry, stepCacheDirectory } from './cache-files.ts';

export interface CacheGarbage {
  /** Entries that no step can be answered from any more. */
  readonly entries: number;
  readonly bytes: number;
}

/** Removes entries of the cache that are damaged, or whose artifacts are no longer in the store; with `dryRun`, only counts them. */
export async function collectCache(
  storeDirectory: string,
  store: RunStore,
  { dryRun }: { readonly dryRun: boolean },
): Promise<CacheGarbage> {
  const root = entriesDirectory(stepCacheDirectory(storeDirectory));
  if (!existsSync(root)) return { entries: 0, bytes: 0 };
  let entries = 0;
  let bytes = 0;
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue;
    const file = path.join(root, name);
    if (await isUsable(file, store)) continue;
    entries += 1;
    bytes += statSync(file).size;
    if (!dryRun) rmSync(file, { force: true });
  }
  return { entries, bytes };
}

async function isUsable(file: string, store: RunStore): Promise<boolean> {
  const entry = readEntry(file, `sha256:${path.basename(file, '.json')}`);
  if (typeof entry === 'string') return false;
  for (const { digest } of entry.artifacts) if (!(await isKept(store, digest))) return false;
  return true;
}
