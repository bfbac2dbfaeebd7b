const shortest = 14;

/**
 * Cuts uids so that each still means one run among `uids`: 14 characters, which is the time and 20 random bits, or more
 * where two begin alike.
 */
export function shortUids(uids: readonly string[]): (uid: string) => string {
  const sorted = [...new Set(uids)].sort();
  let length = shortest;
  for (let at = 1; at < sorted.length; at++)
    length = Math.max(length, commonPrefix(sorted[at - 1] ?? '', sorted[at] ?? '') + 1);
  return (uid) => uid.slice(0, length);
}

function commonPrefix(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
