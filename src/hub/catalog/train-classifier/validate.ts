import { type Predictor, predictTable } from 'slipway';
import type { Breath } from '../learning/breath.ts';
import { logLoss, type Outcomes, scoreClasses } from '../learning/classification-metrics.ts';
import { unusableSetting } from '../learning/errors.ts';
import { foldRows, groupRows, splitRows } from '../learning/split-rows.ts';
import { fitClassifier } from './fit-classifier.ts';
import type { Settings } from './settings.ts';
import type { TrainingSet } from './training-set.ts';

/** Scores on rows that the classifier was not trained on. */
export interface Scores {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  readonly logLoss: number;
}

/** Rows to train on and rows to score on. */
export interface Round {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** One round that holds a share back, or as many as there are folds; stratified by class, seeded. */
export function planRounds(set: TrainingSet, share: number, folds: number, seed: number): Round[] {
  const names = Array.from(set.labels, (label) => set.classes[label] ?? '');
  const groups = groupRows(names, set.classes);
  if (folds === 0) return [planHoldout(groups, share, seed)];
  if (!Number.isInteger(folds) || folds < 2 || folds > set.table.rowCount)
    throw unusableSetting(`folds is ${folds}`, {
      hint: `give 0 (hold a share back instead) or a whole number from 2 to the ${set.table.rowCount} rows`,
    });
  const all = foldRows(groups, folds, seed);
  return all.map((test, i) => ({
    train: all.flatMap((fold, j) => (i === j ? [] : fold)).sort((a, b) => a - b),
    test,
  }));
}

function planHoldout(groups: readonly (readonly number[])[], share: number, seed: number): Round {
  const split = share > 0 && share < 1 ? splitRows(groups, share, seed) : undefined;
  if (!split || split.test.length === 0)
    throw unusableSetting(`validation is ${share}`, {
      hint: 'give the share of the rows to score on, above 0 and below 1, large enough for one row; or use folds',
    });
  return split;
}

/** Trains on one side of the round and scores the other. */
export async function scoreRound(
  set: TrainingSet,
  round: Round,
  settings: Settings,
  breathe: Breath,
): Promise<Scores> {
  const examples = {
    ...set,
    table: set.table.take(round.train),
    labels: Int32Array.from(round.train, (row) => set.labels[row] ?? 0),
  };
  checkNeighbours(settings, round.train.length);
  const predictor = await fitClassifier(examples, settings, { breathe });
  return scoresOf(outcomesOf(predictor, set, round.test));
}

function checkNeighbours(settings: Settings, rows: number): void {
  if (settings.algorithm === 'knn' && settings.k > rows)
    throw unusableSetting(`k is ${settings.k}, but there are ${rows} rows to look among`, {
      hint: `give k from 1 to ${rows}`,
    });
}

/** What the predictor says about some rows of the training set. */
export function outcomesOf(predictor: Predictor, set: TrainingSet, rows: readonly number[]): Outcomes {
  const predictions = predictTable(predictor, set.table.take(rows));
  const position = new Map(set.classes.map((name, i) => [name, i]));
  return {
    classes: set.classes,
    actual: rows.map((row) => set.labels[row] ?? -1),
    predicted: predictions.map(({ value }) => position.get(String(value)) ?? -1),
    probabilities: predictions.map(({ probabilities = [] }) => probabilities),
  };
}

export function scoresOf(outcomes: Outcomes): Scores {
  const { accuracy, balancedAccuracy, macroF1 } = scoreClasses(outcomes);
  return { accuracy, balancedAccuracy, macroF1, logLoss: logLoss(outcomes) };
}

/** Mean of each score over the rounds. */
export function meanScores(rounds: readonly Scores[]): Scores {
  const mean = (pick: (scores: Scores) => number): number =>
    rounds.reduce((sum, scores) => sum + pick(scores), 0) / rounds.length;
  return {
    accuracy: mean((scores) => scores.accuracy),
    balancedAccuracy: mean((scores) => scores.balancedAccuracy),
    macroF1: mean((scores) => scores.macroF1),
    logLoss: mean((scores) => scores.logLoss),
  };
}
