import type { Value } from 'slipway';

/**
 * Pearson's correlation of every pair of columns, over the rows where both have a value. Null where it is not defined: fewer than
 * two such rows, or a column that does not vary among them.
 */
export function correlate(columns: readonly (readonly Value[])[]): (number | null)[][] {
  const numbers = columns.map((values) =>
    Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
  );
  const matrix = numbers.map(() => numbers.map((): number | null => null));
  numbers.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const value = correlatePair(a, numbers[j] ?? a);
      const [row, mirrored] = [matrix[i], matrix[j]];
      if (row) row[j] = value;
      if (mirrored) mirrored[i] = value;
    }
  });
  return matrix;
}

function correlatePair(a: Float64Array, b: Float64Array): number | null {
  let count = 0;
  let [meanA, meanB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    count++;
    // Welford's update: no loss of digits when the mean is large
    const [offA, offB] = [x - meanA, y - meanB];
    meanA += offA / count;
    meanB += offB / count;
    squaresA += offA * (x - meanA);
    squaresB += offB * (y - meanB);
    products += offA * (y - meanB);
  }
  const scale = Math.sqrt(squaresA * squaresB);
  return count < 2 || !(scale > 0) ? null : Math.max(-1, Math.min(1, products / scale));
}
