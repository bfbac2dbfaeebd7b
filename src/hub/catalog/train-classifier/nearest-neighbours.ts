import type { NearestNeighboursPredictor } from 'slipway';
import type { Matrix } from './encode-features.ts';

/**
 * k nearest neighbours (Cover and Hart 1967) learn by keeping the rows: a prediction is the share of each class among the k
 * rows nearest by Euclidean distance over the scaled features.
 */
export function keepPoints(
  { rows, columns, values }: Matrix,
  labels: Int32Array,
  k: number,
): Pick<NearestNeighboursPredictor, 'type' | 'k' | 'points' | 'targets'> {
  const points = Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns)),
  );
  return { type: 'nearest-neighbours', k, points, targets: Array.from(labels) };
}
