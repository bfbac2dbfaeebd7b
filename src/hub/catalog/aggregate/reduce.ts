/** How many values of a group, or of a window, become one. */
export type Reduction = 'mean' | 'sum' | 'min' | 'max' | 'std' | 'count';

/** Null where the figure is not defined: a mean, least or greatest of nothing, a deviation of fewer than two. */
export const reductions: Readonly<Record<Reduction, (values: readonly number[]) => number | null>> = {
  count: (values) => values.length,
  sum,
  mean: (values) => (values.length === 0 ? null : sum(values) / values.length),
  min: (values) =>
    values.reduce<number | null>((least, value) => (least === null || value < least ? value : least), null),
  max: (values) =>
    values.reduce<number | null>((most, value) => (most === null || value > most ? value : most), null),
  std: deviation,
};

/** Neumaier's compensated sum: no digits are lost among values of very different size. */
function sum(values: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** Of the sample (n − 1). */
function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
}
