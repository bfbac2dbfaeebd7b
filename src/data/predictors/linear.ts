import type { LinearPredictor } from '../predictor.ts';

/** Softmax of weights · features + bias for a classifier, the plain number for a regressor. */
export function predictLinear(
  { weights, bias, classes }: LinearPredictor,
  features: Float64Array,
): readonly number[] {
  const scores = weights.map((row, index) => {
    let score = bias[index] ?? 0;
    for (let i = 0; i < features.length; i++) score += (row[i] ?? 0) * (features[i] ?? 0);
    return score;
  });
  return classes === undefined ? scores : softmax(scores);
}

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
