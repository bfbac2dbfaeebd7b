import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { digestJson } from '../../core/json.ts';
import { type CacheEntry, parseCacheEntry, renderCacheEntry } from './cache-entry.ts';

/** Folder of the cache inside a store; may be deleted at any time. */
export function stepCacheDirectory(storeDirectory: string): string {
  return path.join(storeDirectory, 'cache', 'steps');
}

export function flightsDirectory(directory: string): string {
  return path.join(directory, 'flights');
}

export function entriesDirectory(directory: string): string {
  return path.join(directory, 'entries');
}

export const hexOf = (digest: string): string => digest.replace(/^sha256:/, '');

/** Where an entry lies, by its key. */
export function entryFile(directory: string, key: string): string {
  const hex = hexOf(key);
  return path.join(entriesDirectory(directory), hex.slice(0, 2), `${hex}.json`);
}

/** Where it is written down which entry a step made or took last. */
export function latestFile(
  directory: string,
  place: { project: string; pipeline: string; step: string },
): string {
  const hex = hexOf(digestJson(place));
  return path.join(directory, 'latest', hex.slice(0, 2), `${hex}.json`);
}

/** The entry in a file: `absent`, or `damaged` when the file does not hold what was written under the key. */
export function readEntry(file: string, key: string): CacheEntry | 'absent' | 'damaged' {
  const text = readText(file);
  if (text === undefined) return 'absent';
  return parseCacheEntry(text, key) ?? 'damaged';
}

export function writeEntry(file: string, entry: CacheEntry): void {
  writeFileAtomic(file, renderCacheEntry(entry));
}

export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
