import type { Matrix } from './encode-features.ts';

/** Every feature's values replaced by their rank among the distinct ones: whole numbers sort and compare exactly, and fast. */
export interface RankedFeatures {
  readonly rows: number;
  readonly columns: number;
  /** Feature after feature: the rank of each row's value. */
  readonly ranks: Int32Array;
  /** Per feature: the distinct values in ascending order. */
  readonly distinct: readonly Float64Array[];
}

export function rankFeatures({ rows, columns, values }: Matrix): RankedFeatures {
  const ranks = new Int32Array(rows * columns);
  const distinct: Float64Array[] = [];
  for (let column = 0; column < columns; column++) {
    const own = Float64Array.from({ length: rows }, (_, row) => values[row * columns + column] as number);
    const unique = Float64Array.from(new Set(own)).sort();
    const position = new Map(Array.from(unique, (value, rank) => [value, rank]));
    own.forEach((value, row) => {
      ranks[column * rows + row] = position.get(value) as number;
    });
    distinct.push(unique);
  }
  return { rows, columns, ranks, distinct };
}
