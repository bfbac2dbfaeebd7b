import type { TreeOptions } from './decision-tree.ts';
import type { RankedFeatures } from './rank-features.ts';

export interface Split {
  readonly feature: number;
  /** Rows whose rank is at most this go left. */
  readonly rank: number;
  readonly threshold: number;
}

/** How good a cut is, and between which ranks. */
interface Cut {
  readonly quality: number;
  readonly rank: number;
  readonly nextRank: number;
}

/**
 * Gives the function that finds a node's best split. The impurity of two sides is least where
 * Σ leftₖ² / left + Σ rightₖ² / right (class counts k) is greatest. Equal splits: the feature looked at first, then the lower cut.
 */
export function createSplitFinder(
  features: RankedFeatures,
  labels: Int32Array,
  classCount: number,
  capacity: number,
  { leaf, featuresPerSplit, random }: TreeOptions,
): (rows: Int32Array) => Split | undefined {
  const order = Int32Array.from({ length: features.columns }, (_, i) => i);
  const wanted = featuresPerSplit ?? features.columns;
  const findCut = createCutFinder(labels, classCount, keyBuffer(features.rows * classCount, capacity), leaf);
  return (rows) => {
    if (rows.length < 2 * leaf || isPure(rows, labels)) return undefined;
    let best: Split | undefined;
    let quality = Number.NEGATIVE_INFINITY;
    for (let looked = 0, drawn = 0; looked < wanted && drawn < order.length; drawn++) {
      if (wanted < order.length) drawNext(order, drawn, random);
      const feature = order[drawn] as number;
      const ranks = features.ranks.subarray(feature * features.rows, (feature + 1) * features.rows);
      if (isConstant(rows, ranks)) continue;
      looked++;
      const cut = findCut(rows, ranks);
      if (cut && cut.quality > quality) {
        quality = cut.quality;
        best = { feature, rank: cut.rank, threshold: midpoint(features.distinct[feature], cut) };
      }
    }
    return best;
  };
}

/** One step of Fisher–Yates: the features drawn so far stand in front. */
function drawNext(order: Int32Array, drawn: number, random: () => number): void {
  const other = drawn + Math.floor(random() * (order.length - drawn));
  const held = order[drawn] as number;
  order[drawn] = order[other] as number;
  order[other] = held;
}

function isPure(rows: Int32Array, labels: Int32Array): boolean {
  const first = labels[rows[0] as number];
  return rows.every((row) => labels[row] === first);
}

function isConstant(rows: Int32Array, ranks: Int32Array): boolean {
  const first = ranks[rows[0] as number];
  return rows.every((row) => ranks[row] === first);
}

function midpoint(distinct: Float64Array | undefined, { rank, nextRank }: Cut): number {
  const low = distinct?.[rank] ?? 0;
  const high = distinct?.[nextRank] ?? 0;
  const middle = low + (high - low) / 2;
  // between neighbouring doubles the midpoint rounds up to the higher one, which must go right
  return middle < high ? middle : low;
}

/** Rank and class of a row in one number: a native sort of plain numbers brings rows into order. */
type SortKeys = Uint32Array | Float64Array;

/** 32-bit numbers sort more than twice as fast; they are enough for four thousand million pairs of rank and class. */
function keyBuffer(pairs: number, capacity: number): SortKeys {
  return pairs < 2 ** 32 ? new Uint32Array(capacity) : new Float64Array(capacity);
}

function createCutFinder(
  labels: Int32Array,
  classCount: number,
  buffer: SortKeys,
  leaf: number,
): (rows: Int32Array, ranks: Int32Array) => Cut | undefined {
  const left = new Float64Array(classCount);
  const right = new Float64Array(classCount);
  return (rows, ranks) => {
    const keys = buffer.subarray(0, rows.length);
    left.fill(0);
    right.fill(0);
    rows.forEach((row, i) => {
      const label = labels[row] as number;
      keys[i] = (ranks[row] as number) * classCount + label;
      right[label] = (right[label] as number) + 1;
    });
    keys.sort();
    return scanCuts(keys, left, right, leaf);
  };
}

/** Moves one row after the other to the left side, keeping the sums of squared class counts. */
function scanCuts(keys: SortKeys, left: Float64Array, right: Float64Array, leaf: number): Cut | undefined {
  const classCount = left.length;
  let leftSquares = 0;
  let rightSquares = right.reduce((sum, count) => sum + count * count, 0);
  let best: Cut | undefined;
  let rank = Math.floor((keys[0] as number) / classCount);
  for (let i = 0; i < keys.length - 1; i++) {
    const label = (keys[i] as number) - rank * classCount;
    leftSquares += 2 * (left[label] as number) + 1;
    rightSquares -= 2 * (right[label] as number) - 1;
    left[label] = (left[label] as number) + 1;
    right[label] = (right[label] as number) - 1;
    const nextRank = Math.floor((keys[i + 1] as number) / classCount);
    if (nextRank === rank) continue;
    const onLeft = i + 1;
    const onRight = keys.length - onLeft;
    const quality = leftSquares / onLeft + rightSquares / onRight;
    if (onLeft >= leaf && onRight >= leaf && (!best || quality > best.quality))
      best = { quality, rank, nextRank };
    rank = nextRank;
  }
  return best;
}
