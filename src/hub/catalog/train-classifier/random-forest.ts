import type { TreeNodes } from 'slipway';
import type { Breath } from '../learning/breath.ts';
import { createRandom } from '../learning/random.ts';
import { growTree } from './decision-tree.ts';
import type { RankedFeatures } from './rank-features.ts';

export interface ForestOptions {
  readonly trees: number;
  readonly depth: number;
  readonly leaf: number;
  readonly seed: number;
  readonly breathe: Breath;
  /** Called after each tree, with the rows it did not see. */
  readonly onTree?: (tree: TreeNodes, outOfBag: readonly number[]) => void;
}

/**
 * Trees on bootstrap samples, each split choosing among √features drawn at random (Breiman 2001, "Random Forests"); the
 * prediction is the mean of the trees' class shares. Each tree has a generator of its own, seeded from the seed and its number.
 */
export async function growForest(
  features: RankedFeatures,
  labels: Int32Array,
  classCount: number,
  options: ForestOptions,
): Promise<TreeNodes[]> {
  const featuresPerSplit = Math.max(1, Math.round(Math.sqrt(features.columns)));
  const trees: TreeNodes[] = [];
  for (let number = 1; number <= options.trees; number++) {
    await options.breathe();
    const random = createRandom(options.seed * 1_000_003 + number);
    const rows = Int32Array.from(labels, () => Math.floor(random() * labels.length)).sort();
    const { depth, leaf } = options;
    const tree = growTree(features, labels, classCount, rows, { depth, leaf, featuresPerSplit, random });
    trees.push(tree);
    options.onTree?.(tree, absentFrom(rows, labels.length));
  }
  return trees;
}

function absentFrom(rows: Int32Array, count: number): number[] {
  const drawn = new Set(rows);
  return Array.from({ length: count }, (_, row) => row).filter((row) => !drawn.has(row));
}
