import type { FeatureEncoding, Predictor, Table, TreeNodes } from 'slipway';
import type { Breath } from '../learning/breath.ts';
import { createRandom } from '../learning/random.ts';
import { growTree } from './decision-tree.ts';
import { encodeTable, type Matrix, planEncodings } from './encode-features.ts';
import { fitLogistic } from './logistic-regression.ts';
import { keepPoints } from './nearest-neighbours.ts';
import { createOutOfBagScore } from './out-of-bag.ts';
import { growForest } from './random-forest.ts';
import { rankFeatures } from './rank-features.ts';
import type { Settings } from './settings.ts';

/** What happens while training: a loss after each step of logistic regression, an accuracy after each tree of a forest. */
export type Progress = (metric: 'loss' | 'outOfBagAccuracy', value: number, step: number) => void;

export interface Examples {
  readonly table: Table;
  readonly features: readonly string[];
  readonly classes: readonly string[];
  readonly labels: Int32Array;
}

export interface FitOptions {
  readonly onProgress?: Progress;
  readonly breathe: Breath;
}

/** Trains on all rows given and gives the portable predictor. */
export async function fitClassifier(
  examples: Examples,
  settings: Settings,
  options: FitOptions,
): Promise<Predictor> {
  const scaled = settings.algorithm === 'knn' || settings.algorithm === 'logistic';
  const encodings: FeatureEncoding[] = planEncodings(examples.table, examples.features, scaled);
  const matrix = encodeTable(examples.table, encodings);
  const base = { apiVersion: 'slipway/v1', features: encodings, classes: [...examples.classes] } as const;
  switch (settings.algorithm) {
    case 'decision-tree':
    case 'random-forest':
      return { ...base, type: 'tree-ensemble', trees: await growTrees(matrix, examples, settings, options) };
    case 'knn':
      return { ...base, ...keepPoints(matrix, examples.labels, settings.k) };
    case 'logistic': {
      const fit = await fitLogistic(matrix, examples.labels, examples.classes.length, {
        l2: settings.l2,
        onStep: (step, loss) => {
          options.onProgress?.('loss', loss, step);
          return options.breathe();
        },
      });
      return { ...base, type: fit.type, weights: fit.weights, bias: fit.bias };
    }
  }
}

async function growTrees(
  matrix: Matrix,
  { labels, classes }: Examples,
  settings: Settings,
  { onProgress, breathe }: FitOptions,
): Promise<TreeNodes[]> {
  const features = rankFeatures(matrix);
  const { depth, leaf, trees, seed } = settings;
  if (settings.algorithm === 'decision-tree') {
    const rows = Int32Array.from(labels, (_, row) => row);
    return [growTree(features, labels, classes.length, rows, { depth, leaf, random: createRandom(seed) })];
  }
  const score = onProgress && createOutOfBagScore(matrix, labels, classes.length);
  let grown = 0;
  return growForest(features, labels, classes.length, {
    trees,
    depth,
    leaf,
    seed,
    breathe,
    onTree: (tree, unseen) => {
      grown++;
      if (score) onProgress('outOfBagAccuracy', score.add(tree, unseen), grown);
    },
  });
}
