import { createRandom, type Random, shuffle } from './random.ts';

export interface RowSplit {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * Sets a share of the rows aside. Stratified: every group gives its share, rounded so that the whole adds up
 * (largest remainders first), and keeps at least one row on the training side. Row numbers come back in order.
 */
export function splitRows(groups: readonly (readonly number[])[], share: number, seed: number): RowSplit {
  const random = createRandom(seed);
  const sizes = apportion(
    groups.map((group) => group.length),
    share,
  );
  const test: number[] = [];
  const train: number[] = [];
  groups.forEach((group, i) => {
    const mixed = shuffle(group, random);
    const size = sizes[i] ?? 0;
    test.push(...mixed.slice(0, size));
    train.push(...mixed.slice(size));
  });
  const ascending = (a: number, b: number): number => a - b;
  return { train: train.sort(ascending), test: test.sort(ascending) };
}

function apportion(sizes: readonly number[], share: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const whole = sizes.map((size) => Math.floor(size * share));
  let left = Math.round(total * share) - whole.reduce((sum, size) => sum + size, 0);
  const byRemainder = sizes
    .map((size, i) => ({ i, remainder: size * share - Math.floor(size * share) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder)
    if (left > 0 && (whole[i] ?? 0) + 1 < (sizes[i] ?? 0)) {
      whole[i] = (whole[i] ?? 0) + 1;
      left--;
    }
  return whole;
}

/** Deals the rows of every group out to `count` folds, one after the other, so that folds differ by one row of a group at most. */
export function foldRows(
  groups: readonly (readonly number[])[],
  count: number,
  seed: number,
): readonly (readonly number[])[] {
  const random: Random = createRandom(seed);
  const folds = Array.from({ length: count }, () => [] as number[]);
  let next = 0;
  for (const group of groups)
    for (const row of shuffle(group, random)) {
      folds[next % count]?.push(row);
      next++;
    }
  return folds.map((fold) => fold.sort((a, b) => a - b));
}

/** Row numbers by value, groups in the order of `keys`; rows whose value is none of them are left out. */
export function groupRows(values: readonly (string | null)[], keys: readonly string[]): number[][] {
  const position = new Map(keys.map((key, i) => [key, i]));
  const groups = keys.map(() => [] as number[]);
  values.forEach((value, row) => {
    const at = value === null ? undefined : position.get(value);
    if (at !== undefined) groups[at]?.push(row);
  });
  return groups;
}
