import type { Context, Prediction, Value } from 'slipway';
import { unusableLabel } from '../learning/errors.ts';
import { createRandom, sampleIndices } from '../learning/random.ts';
import { scatterChart } from '../plots/scatter-chart.ts';
import { type RegressionScores, scoreRegression } from './regression-scores.ts';

const maxPoints = 3000;

/** Scores of a regressor and the plot of predicted against true values, logged. */
export async function evaluateRegressor(
  ctx: Context,
  label: string,
  values: readonly Value[],
  predictions: readonly Prediction[],
): Promise<RegressionScores> {
  const actual = values.map(Number);
  const wrong = values.find((_, i) => !Number.isFinite(actual[i]));
  if (wrong !== undefined)
    throw unusableLabel(`label column "${label}" holds "${String(wrong)}", but the model predicts numbers`, {
      hint: 'give the column of true numbers as label',
    });
  const predicted = predictions.map(({ value }) => Number(value));
  const scores = scoreRegression(actual, predicted);
  const shown = sampleIndices(actual.length, maxPoints, createRandom(1));
  const plot = scatterChart({
    title: 'Predicted and true values',
    subtitle: `RMSE ${scores.rmse.toPrecision(4)}, R² ${scores.r2.toFixed(3)}`,
    points: shown.map((row) => [actual[row] ?? 0, predicted[row] ?? 0] as const),
    xTitle: `true ${label}`,
    yTitle: `predicted ${label}`,
  });
  await ctx.logPlot('predicted-and-true', plot, { title: 'Predicted and true values' });
  return scores;
}
