/**
 * What the log of a pod holds beyond the output that came to the store. The two streams of a container may stand in another order in
 * one than in the other, so lines are compared as such, each as often as it is there.
 */
export function missingOutput(shipped: string, log: readonly string[]): string {
  const lines = shipped.split('\n');
  // what follows the last end of a line is the beginning of one that was cut
  const cut = lines.pop() ?? '';
  const known = new Map<string, number>();
  for (const line of lines) known.set(line, (known.get(line) ?? 0) + 1);
  const missing = log.filter((line) => {
    const count = known.get(line) ?? 0;
    if (count > 0) known.set(line, count - 1);
    return count === 0;
  });
  if (missing.length === 0) return '';
  if (cut === '') return `${missing.join('\n')}\n`;
  const goesOn = missing.findIndex((line) => line.startsWith(cut));
  const rest = goesOn < 0 ? '' : (missing[goesOn] ?? '').slice(cut.length);
  const others = missing.filter((_, index) => index !== goesOn);
  return `${[rest, ...others].join('\n')}\n`;
}
