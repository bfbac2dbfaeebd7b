import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { holderIsAlive } from '../claim-holder.ts';

/** Leases last seconds: nobody who lives leaves a claim without a sign for so long. */
const deadMs = 24 * 3600_000;

/** Files of claims, below their folder, that were left by processes which died: of things that nobody wanted since. */
export function lapsedClaims(directory: string, now: number): readonly string[] {
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(directory).filter((name) => {
    const file = path.join(directory, name);
    const seenAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now;
    return now - seenAt > deadMs && !livesHere(file);
  });
}

/** A process of this machine may be held up for long, and still go on. */
function livesHere(file: string): boolean {
  try {
    const { holder } = JSON.parse(readFileSync(file, 'utf8')) as { readonly holder: string };
    return holderIsAlive(holder) === true;
  } catch {
    return false;
  }
}
