import type { TreeNodes } from 'slipway';
import type { Random } from '../learning/random.ts';
import { createSplitFinder, type Split } from './best-split.ts';
import type { RankedFeatures } from './rank-features.ts';

export interface TreeOptions {
  /** Longest way from the root to a leaf. */
  readonly depth: number;
  /** Fewest rows of a leaf. */
  readonly leaf: number;
  /** Features looked at for each split, drawn anew each time; all of them when absent. */
  readonly featuresPerSplit?: number;
  readonly random: Random;
}

interface GrowingTree {
  readonly feature: number[];
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  readonly value: number[][];
}

/**
 * A classification tree grown greedily to the least Gini impurity (Breiman, Friedman, Olshen, Stone 1984, "CART"). Every cut
 * between two neighbouring values is tried; thresholds lie halfway. `rows` may name a row several times (a bootstrap sample).
 */
export function growTree(
  features: RankedFeatures,
  labels: Int32Array,
  classCount: number,
  rows: Int32Array,
  options: TreeOptions,
): TreeNodes {
  const tree: GrowingTree = { feature: [], threshold: [], left: [], right: [], value: [] };
  const findSplit = createSplitFinder(features, labels, classCount, rows.length, options);
  const grow = (own: Int32Array, depth: number): number => {
    const node = addLeaf(tree, classShares(own, labels, classCount));
    const split = depth < options.depth ? findSplit(own) : undefined;
    if (!split) return node;
    const [left, right] = partition(own, features, split);
    tree.feature[node] = split.feature;
    tree.threshold[node] = split.threshold;
    tree.left[node] = grow(left, depth + 1);
    tree.right[node] = grow(right, depth + 1);
    tree.value[node] = [];
    return node;
  };
  grow(rows, 0);
  return tree;
}

function addLeaf(tree: GrowingTree, shares: number[]): number {
  tree.feature.push(-1);
  tree.threshold.push(0);
  tree.left.push(-1);
  tree.right.push(-1);
  return tree.value.push(shares) - 1;
}

function classShares(rows: Int32Array, labels: Int32Array, classCount: number): number[] {
  const counts = new Array<number>(classCount).fill(0);
  for (const row of rows) {
    const label = labels[row] as number;
    counts[label] = (counts[label] as number) + 1;
  }
  return counts.map((count) => count / rows.length);
}

function partition(
  rows: Int32Array,
  { ranks, rows: rowCount }: RankedFeatures,
  { feature, rank }: Split,
): [Int32Array, Int32Array] {
  const offset = feature * rowCount;
  const goesLeft = (row: number): boolean => (ranks[offset + row] as number) <= rank;
  return [rows.filter(goesLeft), rows.filter((row) => !goesLeft(row))];
}
