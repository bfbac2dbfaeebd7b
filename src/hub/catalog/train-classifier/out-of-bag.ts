import type { TreeNodes } from 'slipway';
import type { Matrix } from './encode-features.ts';

/** Class shares that a tree gives to one row of a matrix. */
function sharesOf(tree: TreeNodes, { columns, values }: Matrix, row: number): readonly number[] {
  let node = 0;
  for (let feature = tree.feature[0] ?? -1; feature >= 0; feature = tree.feature[node] ?? -1) {
    const value = values[row * columns + feature] as number;
    node = (value <= (tree.threshold[node] ?? 0) ? tree.left[node] : tree.right[node]) ?? 0;
  }
  return tree.value[node] ?? [];
}

/**
 * Accuracy of a growing forest on the rows that its trees did not see, an estimate that costs no extra data (Breiman 2001).
 * `add` takes the next tree with its unseen rows and gives the accuracy so far, over the rows that were unseen at least once.
 */
export function createOutOfBagScore(
  matrix: Matrix,
  labels: Int32Array,
  classCount: number,
): { add(tree: TreeNodes, unseen: readonly number[]): number } {
  const votes = new Float64Array(matrix.rows * classCount);
  const seenAtAll = new Uint8Array(matrix.rows);
  const hit = new Uint8Array(matrix.rows);
  let rows = 0;
  let hits = 0;
  return {
    add(tree, unseen) {
      for (const row of unseen) {
        const own = votes.subarray(row * classCount, (row + 1) * classCount);
        sharesOf(tree, matrix, row).forEach((share, c) => {
          own[c] = (own[c] as number) + share;
        });
        const right = own.indexOf(Math.max(...own)) === labels[row] ? 1 : 0;
        rows += 1 - (seenAtAll[row] as number);
        hits += right - (hit[row] as number);
        seenAtAll[row] = 1;
        hit[row] = right;
      }
      return rows === 0 ? 0 : hits / rows;
    },
  };
}
