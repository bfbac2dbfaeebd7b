import { type Predictor, predictTable } from 'slipway';
import { createRandom, sampleIndices, shuffle } from '../learning/random.ts';
import type { TrainingSet } from './training-set.ts';

export interface FeatureImportance {
  readonly feature: string;
  /** How much accuracy is lost when the column's values are shuffled, mean over the repeats; 0 to 1, chance may push it below 0. */
  readonly importance: number;
}

const repeats = 3;
/** Rows looked at; fewer where a prediction is dear (nearest neighbours look at every stored row). */
const maxRows = 1000;
const maxDistances = 2e7;

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin, Dominici 2019): how much the classifier relies on each column, whatever the
 * algorithm. Ordered from the most to the least important.
 */
export function featureImportance(predictor: Predictor, set: TrainingSet, seed: number): FeatureImportance[] {
  const random = createRandom(seed);
  const rows = sampleIndices(set.table.rowCount, sampleSize(predictor, set.features.length), random);
  const table = set.table.take(rows);
  const names = rows.map((row) => set.classes[set.labels[row] ?? -1]);
  const accuracy = (candidate: typeof table): number =>
    predictTable(predictor, candidate).filter(({ value }, i) => value === names[i]).length / names.length;
  const whole = accuracy(table);
  return set.features
    .map((feature) => {
      const type = table.columns.find((column) => column.name === feature)?.type;
      let lost = 0;
      for (let i = 0; i < repeats; i++)
        lost += whole - accuracy(table.withColumn(feature, shuffle(table.column(feature), random), type));
      return { feature, importance: lost / repeats };
    })
    .sort((a, b) => b.importance - a.importance);
}

function sampleSize(predictor: Predictor, features: number): number {
  if (predictor.type !== 'nearest-neighbours') return maxRows;
  const affordable = Math.floor(maxDistances / (predictor.points.length * (features * repeats + 1)));
  return Math.min(maxRows, Math.max(50, affordable));
}
