import { type Context, createTable, type Prediction, type Value } from 'slipway';
import {
  type ClassificationScores,
  confusionMatrix,
  logLoss,
  type Outcomes,
  scoreClasses,
} from '../learning/classification-metrics.ts';
import { classesOf, className } from '../learning/label-column.ts';
import { calibrationBins, calibrationError } from './calibration.ts';
import {
  type ClassCurve,
  confidencesOf,
  plotCalibration,
  plotConfusion,
  plotRoc,
} from './plot-classifier.ts';
import { areaUnder, rocCurve } from './ranking.ts';

export interface ClassifierResults {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly macroF1: number;
  readonly logLoss?: number;
  readonly auc?: number;
  readonly calibrationError?: number;
}

/** Classes of the model first, then those that only the data has (the model cannot find them: they count as errors). */
export function classifierOutcomes(
  classes: readonly string[],
  actual: readonly Value[],
  predictions: readonly Prediction[],
): Outcomes {
  const all = [...classes, ...classesOf(actual).filter((name) => !classes.includes(name))];
  const position = new Map(all.map((name, i) => [name, i]));
  const hasProbabilities = predictions.every(({ probabilities }) => probabilities !== undefined);
  return {
    classes: all,
    actual: actual.map((value) => position.get(className(value)) ?? -1),
    predicted: predictions.map(({ value }) => position.get(String(value)) ?? -1),
    ...(hasProbabilities && { probabilities: predictions.map(({ probabilities = [] }) => probabilities) }),
  };
}

/** Scores, tables and plots of a classifier, logged; no figure is ever NaN: what is not defined is left out. */
export async function evaluateClassifier(ctx: Context, outcomes: Outcomes): Promise<ClassifierResults> {
  const scores = scoreClasses(outcomes);
  await logTables(ctx, outcomes, scores);
  const ranked = outcomes.probabilities ? await evaluateProbabilities(ctx, outcomes) : {};
  return {
    accuracy: scores.accuracy,
    balancedAccuracy: scores.balancedAccuracy,
    precision: scores.macroPrecision,
    recall: scores.macroRecall,
    macroF1: scores.macroF1,
    ...ranked,
  };
}

async function logTables(ctx: Context, outcomes: Outcomes, scores: ClassificationScores): Promise<void> {
  const matrix = confusionMatrix(outcomes);
  await ctx.logPlot('confusion-matrix', plotConfusion(outcomes.classes, matrix), {
    title: 'Confusion matrix',
  });
  const rows = matrix.map((row, i) => ({
    class: outcomes.classes[i],
    ...Object.fromEntries(row.map((count, j) => [`predicted ${outcomes.classes[j]}`, count])),
  }));
  await logTable(ctx, 'confusion-matrix-table', rows);
  await logTable(ctx, 'class-scores', scores.perClass);
}

function logTable(ctx: Context, key: string, rows: readonly object[]): Promise<unknown> {
  return ctx.logArtifact(key, createTable(rows).toCsv(), { kind: 'table', name: `${key}.csv` });
}

async function evaluateProbabilities(
  ctx: Context,
  outcomes: Outcomes,
): Promise<Pick<ClassifierResults, 'logLoss' | 'auc' | 'calibrationError'>> {
  const { confidences, right } = confidencesOf(outcomes);
  const bins = calibrationBins(confidences, right);
  const error = calibrationError(bins);
  await ctx.logPlot('calibration', plotCalibration(bins, error), { title: 'Calibration' });
  const curves = rocCurves(outcomes);
  if (curves.length > 0) await ctx.logPlot('roc', plotRoc(curves), { title: 'ROC curves' });
  const auc = curves.reduce((sum, curve) => sum + curve.auc, 0) / curves.length;
  return { logLoss: logLoss(outcomes), calibrationError: error, ...(curves.length > 0 && { auc }) };
}

/** One against the rest, of every class that some but not all rows have. */
function rocCurves({ classes, actual, probabilities = [] }: Outcomes): ClassCurve[] {
  return classes.flatMap((name, index) => {
    const scores = probabilities.map((own) => own[index] ?? 0);
    const points = rocCurve(
      scores,
      probabilities.map((_, row) => actual[row] === index),
    );
    return points ? [{ class: name, index, points, auc: areaUnder(points) }] : [];
  });
}
