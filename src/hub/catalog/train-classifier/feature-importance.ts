import { type Predictor, predictTable, type Table } from 'slipway';
import type { Breath } from '../learning/breath.ts';
import { createRandom, sampleIndices, shuffle } from '../learning/random.ts';
import type { TrainingSet } from './training-set.ts';

export interface FeatureImportance {
  readonly feature: string;
  /** How much accuracy is lost when the column's values are shuffled, mean over the repeats; 0 to 1, chance may push it below 0. */
  readonly importance: number;
}

const repeats = 3;
/** Rows looked at: fewer where a prediction is dear (nearest neighbours look at every stored row). */
const maxRows = 1000;
const minRows = 100;
const maxWork = 3e7;

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin, Dominici 2019): how much the classifier relies on each column, whatever the
 * algorithm. Ordered from the most to the least important.
 */
export async function featureImportance(
  predictor: Predictor,
  set: TrainingSet,
  seed: number,
  breathe: Breath,
): Promise<FeatureImportance[]> {
  const random = createRandom(seed);
  const rows = sampleIndices(set.table.rowCount, sampleSize(predictor, set.features.length), random);
  const table = set.table.take(rows);
  const names = rows.map((row) => set.classes[set.labels[row] ?? -1]);
  const accuracy = (candidate: Table): number =>
    predictTable(predictor, candidate).filter(({ value }, i) => value === names[i]).length / names.length;
  const whole = accuracy(table);
  const found: FeatureImportance[] = [];
  for (const feature of set.features) {
    const type = table.columns.find((column) => column.name === feature)?.type;
    let lost = 0;
    for (let i = 0; i < repeats; i++) {
      await breathe();
      lost += whole - accuracy(table.withColumn(feature, shuffle(table.column(feature), random), type));
    }
    found.push({ feature, importance: lost / repeats });
  }
  return found.sort((a, b) => b.importance - a.importance);
}

function sampleSize(predictor: Predictor, features: number): number {
  const affordable = Math.floor(maxWork / (workOf(predictor) * (features * repeats + 1)));
  return Math.min(maxRows, Math.max(minRows, affordable));
}

/** Numbers looked at for one prediction, roughly. */
function workOf(predictor: Predictor): number {
  switch (predictor.type) {
    case 'nearest-neighbours':
      return predictor.points.length * predictor.features.length;
    case 'tree-ensemble':
      return predictor.trees.length * 15;
    case 'linear':
      return predictor.weights.length * predictor.features.length;
  }
}
