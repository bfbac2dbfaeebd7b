export interface RegressionScores {
  /** Root of the mean squared error, in units of the label. */
  readonly rmse: number;
  /** Mean absolute error, in units of the label. */
  readonly mae: number;
  /** Share of the label's variance that is explained; 1 is perfect, 0 is no better than the mean, below 0 worse. */
  readonly r2: number;
}

/** Where the label never varies, r2 is 1 for exact predictions and 0 for others, as in scikit-learn. */
export function scoreRegression(actual: readonly number[], predicted: readonly number[]): RegressionScores {
  const count = actual.length;
  const mean = actual.reduce((sum, value) => sum + value, 0) / count;
  let [squares, distances, variance] = [0, 0, 0];
  actual.forEach((value, i) => {
    const error = value - (predicted[i] ?? 0);
    squares += error * error;
    distances += Math.abs(error);
    variance += (value - mean) ** 2;
  });
  const r2 = variance > 0 ? 1 - squares / variance : squares === 0 ? 1 : 0;
  return { rmse: Math.sqrt(squares / count), mae: distances / count, r2 };
}
