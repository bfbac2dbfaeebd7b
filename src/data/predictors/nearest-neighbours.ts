import type { NearestNeighboursPredictor } from '../predictor.ts';

/** Share of each class among the k nearest points, or the mean of their numbers. Of equally far points the first counts. */
export function predictNeighbours(
  { k, points, targets, classes }: NearestNeighboursPredictor,
  features: Float64Array,
): readonly number[] {
  const nearest = nearestPoints(points, features, k);
  if (classes === undefined)
    return [nearest.reduce((sum, point) => sum + (targets[point] ?? 0), 0) / nearest.length];
  const votes = classes.map(() => 0);
  for (const point of nearest) {
    const target = targets[point] ?? 0;
    votes[target] = (votes[target] ?? 0) + 1;
  }
  return votes.map((count) => count / nearest.length);
}

/** Positions of the k nearest points by Euclidean distance. */
function nearestPoints(
  points: readonly (readonly number[])[],
  features: Float64Array,
  k: number,
): readonly number[] {
  const kept: { point: number; distance: number }[] = [];
  points.forEach((position, point) => {
    const distance = squaredDistance(position, features);
    if (kept.length === k && distance >= (kept[k - 1]?.distance ?? 0)) return;
    let at = kept.length;
    while (at > 0 && (kept[at - 1]?.distance ?? 0) > distance) at -= 1;
    kept.splice(at, 0, { point, distance });
    if (kept.length > k) kept.pop();
  });
  return kept.map(({ point }) => point);
}

function squaredDistance(position: readonly number[], features: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < features.length; i++) {
    const difference = (position[i] ?? 0) - (features[i] ?? 0);
    sum += difference * difference;
  }
  return sum;
}
