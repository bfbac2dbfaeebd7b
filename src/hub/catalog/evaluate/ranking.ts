/** A point of a receiver operating characteristic: share of other rows taken for the class, and of its rows found. */
export type RocPoint = readonly [falsePositiveRate: number, truePositiveRate: number];

/**
 * The curve of one class against the rest, as the threshold on its probability falls from above the highest to the lowest. Rows of
 * equal probability move together, so ties form a slope. Undefined where all rows, or none, are of the class.
 */
export function rocCurve(scores: readonly number[], isClass: readonly boolean[]): RocPoint[] | undefined {
  const positives = isClass.filter(Boolean).length;
  const negatives = isClass.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  const order = scores.map((_, i) => i).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const points: RocPoint[] = [[0, 0]];
  let found = 0;
  order.forEach((row, i) => {
    if (isClass[row]) found++;
    const next = order[i + 1];
    if (next === undefined || scores[next] !== scores[row])
      points.push([(i + 1 - found) / negatives, found / positives]);
  });
  return points;
}

/** Area under a curve of points from left to right, by trapezoids. For a ROC curve: the chance that a row of the class scores above another one. */
export function areaUnder(points: readonly RocPoint[]): number {
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1] ?? [0, 0];
    const [x1, y1] = points[i] ?? [0, 0];
    area += ((x1 - x0) * (y0 + y1)) / 2;
  }
  return area;
}
