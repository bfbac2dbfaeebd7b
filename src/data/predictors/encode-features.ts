import { tableTypeMismatch } from '../errors.ts';
import type { FeatureEncoding } from '../predictor.ts';
import type { Table, Value } from '../table.ts';
import { showValue } from '../tables/column.ts';

/**
 * The numbers that a predictor works on, a row of them for each row of the table: what trainers learn from and `predictTable`
 * feeds. A missing value becomes the feature's `missing` as it is (it is not scaled), 0 by default; booleans count as 0 and 1,
 * times as milliseconds since 1970. Throws `COLUMN_NOT_FOUND` and `TABLE_TYPE_MISMATCH`.
 */
export function encodeFeatures(features: readonly FeatureEncoding[], table: Table): Float64Array[] {
  const rows = Array.from({ length: table.rowCount }, () => new Float64Array(features.length));
  features.forEach((feature, index) => {
    const values = table.column(feature.column);
    rows.forEach((row, at) => {
      row[index] = encodeValue(feature, values[at] ?? null, at);
    });
  });
  return rows;
}

function encodeValue(feature: FeatureEncoding, value: Value, row: number): number {
  if (value === null) return feature.missing ?? 0;
  if (feature.type === 'category') return categoryOf(value) === feature.value ? 1 : 0;
  if (typeof value === 'string')
    throw tableTypeMismatch(
      `column "${feature.column}" holds ${showValue(value)} at row ${row + 1} where the model expects a number`,
      { hint: `give the column as numbers: types: { "${feature.column}": "number" }` },
    );
  return (Number(value) - (feature.shift ?? 0)) / (feature.scale ?? 1);
}

/** The name of the category that a value stands for, as `FeatureEncoding.value` writes it. */
export function categoryOf(value: Exclude<Value, null>): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
