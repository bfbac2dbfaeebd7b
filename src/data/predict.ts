import type { Prediction, Predictor } from './predictor.ts';
import { encodeFeatures } from './predictors/encode-features.ts';
import { predictLinear } from './predictors/linear.ts';
import { predictNeighbours } from './predictors/nearest-neighbours.ts';
import { predictTrees } from './predictors/tree-ensemble.ts';
import type { Table } from './table.ts';

/**
 * The prediction for each row of a table. A class is the one of highest probability, at a tie the first in `classes`.
 * Throws `COLUMN_NOT_FOUND` naming a column that the predictor needs and the table lacks, `TABLE_TYPE_MISMATCH` for text
 * where it needs numbers.
 */
export function predictTable(predictor: Predictor, table: Table): Prediction[] {
  const score = scorer(predictor);
  const { classes } = predictor;
  return encodeFeatures(predictor.features, table).map((features) => {
    const outputs = score(features);
    if (classes === undefined) return { value: outputs[0] ?? Number.NaN };
    return { value: classes[highest(outputs)] ?? '', probabilities: outputs };
  });
}

/** Probabilities, one a class, or the one number of a regressor. */
type Scorer = (features: Float64Array) => readonly number[];

function scorer(predictor: Predictor): Scorer {
  switch (predictor.type) {
    case 'linear':
      return (features) => predictLinear(predictor, features);
    case 'tree-ensemble':
      return (features) => predictTrees(predictor, features);
    case 'nearest-neighbours':
      return (features) => predictNeighbours(predictor, features);
  }
}

function highest(numbers: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if ((numbers[i] ?? 0) > (numbers[best] ?? 0)) best = i;
  return best;
}
