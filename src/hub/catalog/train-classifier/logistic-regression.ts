import type { LinearPredictor } from 'slipway';
import type { Matrix } from './encode-features.ts';
import { minimise, type Objective } from './minimise.ts';

export interface LogisticOptions {
  /** Strength of the penalty l2/2 · Σ weight² (biases are free); scikit-learn's C is 1 / l2. */
  readonly l2: number;
  /** Mean log loss after each step. */
  readonly onStep?: (step: number, loss: number) => Promise<void>;
}

export interface LogisticFit extends Pick<LinearPredictor, 'type' | 'weights' | 'bias'> {
  readonly converged: boolean;
}

/**
 * Multinomial logistic regression: the weights of least Σ −log p(class) + l2/2 · Σ weight², with p the softmax of the classes'
 * scores (Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 4.4). Of two classes the first one's scores are
 * held at 0, which makes it ordinary binary logistic regression.
 */
export async function fitLogistic(
  matrix: Matrix,
  labels: Int32Array,
  classCount: number,
  options: LogisticOptions,
): Promise<LogisticFit> {
  const fixed = classCount === 2 ? 1 : 0;
  const width = matrix.columns + 1;
  const scale = 1 / Math.max(1, matrix.rows);
  const objective = createObjective(matrix, labels, classCount, fixed, options.l2);
  const { point, converged } = await minimise(objective, (classCount - fixed) * width, {
    // of the summed gradient, so that its mean over the rows is met
    tolerance: 1e-8 * Math.max(1, matrix.rows),
    maxSteps: 1000,
    onStep: async (step, loss) => options.onStep?.(step, loss * scale),
  });
  const rowOf = (c: number): number[] =>
    c < fixed
      ? new Array<number>(width).fill(0)
      : Array.from(point.subarray((c - fixed) * width, (c - fixed + 1) * width));
  const rows = Array.from({ length: classCount }, (_, c) => rowOf(c));
  return {
    type: 'linear',
    weights: rows.map((row) => row.slice(0, -1)),
    bias: rows.map((row) => row.at(-1) ?? 0),
    converged,
  };
}

/** Weights class by class, each class's bias after its weights. */
function createObjective(
  matrix: Matrix,
  labels: Int32Array,
  classCount: number,
  fixed: number,
  l2: number,
): Objective {
  const { rows, columns, values } = matrix;
  const width = columns + 1;
  const scores = new Float64Array(classCount);
  return (point, gradient) => {
    let loss = startWithPenalty(point, gradient, width, l2);
    for (let row = 0; row < rows; row++) {
      const offset = row * columns;
      for (let c = fixed; c < classCount; c++)
        scores[c] = scoreRow(point, (c - fixed) * width, values, offset, columns);
      const label = labels[row] as number;
      loss -= toLogProbabilities(scores)[label] as number;
      for (let c = fixed; c < classCount; c++) {
        const error = Math.exp(scores[c] as number) - (c === label ? 1 : 0);
        addRow(gradient, (c - fixed) * width, values, offset, columns, error);
      }
      scores.fill(0, 0, fixed);
    }
    return loss;
  };
}

function startWithPenalty(point: Float64Array, gradient: Float64Array, width: number, l2: number): number {
  let penalty = 0;
  for (let i = 0; i < point.length; i++) {
    const weight = (i + 1) % width === 0 ? 0 : (point[i] as number);
    gradient[i] = l2 * weight;
    penalty += weight * weight;
  }
  return (l2 / 2) * penalty;
}

function scoreRow(
  point: Float64Array,
  at: number,
  values: Float64Array,
  offset: number,
  columns: number,
): number {
  let score = point[at + columns] as number;
  for (let i = 0; i < columns; i++) score += (point[at + i] as number) * (values[offset + i] as number);
  return score;
}

function addRow(
  gradient: Float64Array,
  at: number,
  values: Float64Array,
  offset: number,
  columns: number,
  error: number,
): void {
  for (let i = 0; i < columns; i++)
    gradient[at + i] = (gradient[at + i] as number) + error * (values[offset + i] as number);
  gradient[at + columns] = (gradient[at + columns] as number) + error;
}

/** Scores become log p = score − log Σ exp(score), in place; the largest is taken out first so that nothing overflows. */
function toLogProbabilities(scores: Float64Array): Float64Array {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - most);
  const shift = most + Math.log(sum);
  for (let c = 0; c < scores.length; c++) scores[c] = (scores[c] as number) - shift;
  return scores;
}
