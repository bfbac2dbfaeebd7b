import type { Context, DataItem, Model } from 'slipway';
import { type Breath, createBreath } from '../learning/breath.ts';
import { requireLabel } from '../learning/label-column.ts';
import { barChart } from '../plots/bar-chart.ts';
import { type FeatureImportance, featureImportance } from './feature-importance.ts';
import { fitClassifier } from './fit-classifier.ts';
import { checkSettings, type Settings, usedSettings } from './settings.ts';
import { prepareTrainingSet, type TrainingSet } from './training-set.ts';
import { meanScores, planRounds, type Scores, scoreRound } from './validate.ts';

/**
 * Trains a classifier on a table and logs it as the model `model`, which evaluate, batch-predict and the model server read.
 * Numbers, text and true/false columns are learned from; missing values are filled in. The scores are of rows that were held
 * back; the model that is logged is trained on all rows.
 *
 * @param data table with the label column
 * @param label column to predict; known already where the data is a dataset logged with its label column
 * @param algorithm how to learn
 * @param features columns to learn from; all usable ones unless given
 * @param depth of the trees at most
 * @param leaf fewest rows of a leaf
 * @param trees of a random forest
 * @param k neighbours asked by knn
 * @param l2 strength of the penalty on the weights of logistic regression; scikit-learn's C is 1 / l2
 * @param validation share of the rows to score on
 * @param folds score by cross-validation with so many folds instead of by one held-back share
 * @param seed of everything drawn at random: the same seed gives the same model everywhere
 */
export async function trainClassifier(
  ctx: Context,
  {
    data,
    label,
    algorithm = 'random-forest',
    features,
    depth = 12,
    leaf = 1,
    trees = 100,
    k = 5,
    l2 = 1,
    validation = 0.2,
    folds = 0,
    seed = 42,
  }: {
    data: DataItem;
    label?: string;
    algorithm?: 'decision-tree' | 'random-forest' | 'knn' | 'logistic';
    features?: string[];
    depth?: number;
    leaf?: number;
    trees?: number;
    k?: number;
    l2?: number;
    validation?: number;
    folds?: number;
    seed?: number;
  },
): Promise<{
  model: Model;
  accuracy: number;
  balancedAccuracy: number;
  macroF1: number;
  logLoss: number;
  rowCount: number;
  classes: string[];
  features: string[];
}> {
  const settings: Settings = { algorithm, depth, leaf, trees, k, l2, seed };
  checkSettings(settings);
  const table = await data.table();
  const set = prepareTrainingSet(table, requireLabel(table, data, label), features);
  for (const note of set.notes) ctx.logger.warn(`left out: ${note}`);
  const breathe = createBreath(ctx.signal);
  const scores = await validate(ctx, set, settings, { validation, folds, breathe });
  const model = await trainOnAll(ctx, set, settings, { scores, breathe });
  return {
    model,
    ...scores,
    rowCount: set.table.rowCount,
    classes: [...set.classes],
    features: [...set.features],
  };
}

/** Scores every round; with several, each fold's scores are points of the series `foldAccuracy` and so on. */
async function validate(
  ctx: Context,
  set: TrainingSet,
  settings: Settings,
  {
    validation,
    folds,
    breathe,
  }: { readonly validation: number; readonly folds: number; readonly breathe: Breath },
): Promise<Scores> {
  const rounds: Scores[] = [];
  for (const round of planRounds(set, validation, folds, settings.seed)) {
    await breathe();
    const scores = await scoreRound(set, round, settings, breathe);
    rounds.push(scores);
    if (folds > 0)
      ctx.logMetrics(
        { foldAccuracy: scores.accuracy, foldLogLoss: scores.logLoss, foldMacroF1: scores.macroF1 },
        { step: rounds.length },
      );
  }
  const scores = meanScores(rounds);
  ctx.logMetrics({ ...scores });
  return scores;
}

async function trainOnAll(
  ctx: Context,
  set: TrainingSet,
  settings: Settings,
  { scores, breathe }: { readonly scores: Scores; readonly breathe: Breath },
): Promise<Model> {
  const predictor = await fitClassifier(set, settings, {
    onProgress: (metric, value, step) => ctx.logMetric(metric, value, { step }),
    breathe,
  });
  const importance = await featureImportance(predictor, set, settings.seed, breathe);
  await ctx.logPlot('feature-importance', renderImportance(importance), { title: 'Feature importance' });
  return ctx.logModel('model', {
    predictor,
    algorithm: settings.algorithm,
    trainingSet: set.table.select([...set.features, set.label]),
    labelColumn: set.label,
    metrics: { ...scores },
    parameters: usedSettings(settings),
  });
}

function renderImportance(importance: readonly FeatureImportance[]): string {
  return barChart({
    title: 'Feature importance',
    subtitle: 'Accuracy lost when the values of a column are shuffled',
    bars: importance.slice(0, 30).map(({ feature, importance: value }) => ({ name: feature, value })),
    valueTitle: 'loss of accuracy',
  });
}
