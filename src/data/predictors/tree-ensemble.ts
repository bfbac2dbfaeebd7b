import type { TreeEnsemblePredictor, TreeNodes } from '../predictor.ts';

/** Mean of the leaves that the features lead to. */
export function predictTrees(
  { trees, classes }: TreeEnsemblePredictor,
  features: Float64Array,
): readonly number[] {
  const sums = new Array<number>(classes?.length ?? 1).fill(0);
  for (const tree of trees)
    leafOf(tree, features).forEach((share, index) => {
      sums[index] = (sums[index] ?? 0) + share;
    });
  return sums.map((sum) => sum / trees.length);
}

function leafOf(tree: TreeNodes, features: Float64Array): readonly number[] {
  let node = 0;
  for (;;) {
    const feature = tree.feature[node] ?? -1;
    if (feature < 0) return tree.value[node] ?? [];
    const left = (features[feature] ?? Number.NaN) <= (tree.threshold[node] ?? Number.NaN);
    node = (left ? tree.left[node] : tree.right[node]) ?? 0;
  }
}
