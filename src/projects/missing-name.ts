import { nearestName } from '../core/nearest-name.ts';

/** What to do about a name that project.yaml does not have: the nearest one it has, else all of them, else how to add one. */
export function missingNameHint(name: string, known: readonly string[], howToAdd: string): string {
  const near = nearestName(name, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length > 0 ? `it has: ${known.join(', ')}` : howToAdd;
}
