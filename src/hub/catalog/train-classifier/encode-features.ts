import type { FeatureEncoding, Table, Value } from 'slipway';

/** Numbers that a learner works on: one row after the other, `columns` numbers each. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * How each column becomes numbers, learned from the rows given. A number keeps its value (trees), or is scaled to mean 0 and
 * deviation 1 (`scaled`: distances and gradients); where it is missing stands the median, or 0 when scaled (the mean). Text and
 * true/false become an indicator for every value seen; where one is missing all its indicators are 0.
 */
export function planEncodings(table: Table, columns: readonly string[], scaled: boolean): FeatureEncoding[] {
  return columns.flatMap((column): FeatureEncoding[] => {
    const type = table.columns.find((candidate) => candidate.name === column)?.type;
    const values = table.column(column);
    if (type === 'string' || type === 'boolean') return planCategory(column, values);
    const numbers = values.filter((value) => value !== null).map(Number);
    return [scaled ? planScaled(column, numbers) : { column, type: 'number', missing: median(numbers) }];
  });
}

function planCategory(column: string, values: readonly Value[]): FeatureEncoding[] {
  const names = [...new Set(values.filter((value) => value !== null).map(String))];
  return names
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((value) => ({ column, type: 'category', value, missing: 0 }));
}

function planScaled(column: string, numbers: readonly number[]): FeatureEncoding {
  const count = Math.max(1, numbers.length);
  const shift = numbers.reduce((sum, value) => sum + value, 0) / count;
  const variance = numbers.reduce((sum, value) => sum + (value - shift) ** 2, 0) / count;
  // a column that never varies says nothing: a scale of 1 leaves it at 0
  return { column, type: 'number', shift, scale: Math.sqrt(variance) || 1, missing: 0 };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}

/** The table as numbers, in the order of the encodings. */
export function encodeTable(table: Table, encodings: readonly FeatureEncoding[]): Matrix {
  const values = new Float64Array(table.rowCount * encodings.length);
  encodings.forEach((encoding, position) => {
    const column = table.column(encoding.column);
    for (let row = 0; row < table.rowCount; row++)
      values[row * encodings.length + position] = encodeValue(column[row] ?? null, encoding);
  });
  return { rows: table.rowCount, columns: encodings.length, values };
}

function encodeValue(value: Value, encoding: FeatureEncoding): number {
  if (value === null || (typeof value === 'number' && Number.isNaN(value))) return encoding.missing ?? 0;
  if (encoding.type === 'category') return String(value) === encoding.value ? 1 : 0;
  return (Number(value) - (encoding.shift ?? 0)) / (encoding.scale ?? 1);
}
