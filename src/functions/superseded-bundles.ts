import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** What is younger may be in use by a program that packaged it. */
const youngMs = 30 * 24 * 3600_000;
const hexPattern = /[0-9a-f]{64}/g;

/**
 * Folders of bundles, below `<cache>/bundles`, that no source gives any more and that none of these texts names: built long ago, of
 * functions that were changed since.
 */
export function supersededBundles(
  cacheDirectory: string,
  named: readonly string[],
  now: number,
): readonly string[] {
  const folder = path.join(cacheDirectory, 'bundles');
  const used = new Set(
    [...named, ...sourceRecords(cacheDirectory)].flatMap((text) => text.match(hexPattern) ?? []),
  );
  return namesIn(folder).filter((name) => {
    const builtAt = statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? now;
    return now - builtAt > youngMs && !used.has(name.slice(0, 64));
  });
}

function sourceRecords(cacheDirectory: string): readonly string[] {
  const folder = path.join(cacheDirectory, 'sources');
  return namesIn(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
}

const namesIn = (folder: string): readonly string[] =>
  statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
