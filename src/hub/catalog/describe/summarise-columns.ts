import type { ColumnType, Table, Value } from 'slipway';

/** One row of the statistics table. Figures of numbers are absent for other columns. */
export interface ColumnSummary {
  readonly column: string;
  readonly type: ColumnType;
  /** Values that are there. */
  readonly count: number;
  readonly missing: number;
  readonly distinct: number;
  readonly mean: number | null;
  /** Of the sample (n − 1). */
  readonly deviation: number | null;
  readonly min: number | string | null;
  readonly lowerQuartile: number | null;
  readonly median: number | null;
  readonly upperQuartile: number | null;
  readonly max: number | string | null;
  /** Most frequent value of a text or true/false column. */
  readonly top: string | null;
  readonly topCount: number | null;
}

/** Statistics of every column over all rows. */
export function summariseColumns(table: Table): ColumnSummary[] {
  return table.columns.map(({ name, type }) => {
    const present = table.column(name).filter((value) => value !== null);
    const base = {
      column: name,
      type,
      count: present.length,
      missing: table.rowCount - present.length,
      distinct: new Set(present.map(identity)).size,
    };
    if (type === 'integer' || type === 'number') return { ...base, ...summariseNumbers(present), ...noTop };
    if (type === 'timestamp') return { ...base, ...noNumbers, ...timeRange(present), ...noTop };
    return { ...base, ...noNumbers, ...mostFrequent(present) };
  });
}

const noTop = { top: null, topCount: null };
const noNumbers = {
  mean: null,
  deviation: null,
  min: null,
  lowerQuartile: null,
  median: null,
  upperQuartile: null,
  max: null,
};

/** Dates are equal when their times are. */
const identity = (value: Value): Value => (value instanceof Date ? value.getTime() : value);

function summariseNumbers(
  values: readonly Value[],
): Omit<typeof noNumbers, never> | Record<keyof typeof noNumbers, number> {
  if (values.length === 0) return noNumbers;
  const sorted = Float64Array.from(values, Number).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: sorted.length > 1 ? Math.sqrt(squares / (sorted.length - 1)) : 0,
    min: sorted[0] ?? 0,
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    max: sorted.at(-1) ?? 0,
  };
}

/** Between the two nearest of the sorted values, in proportion (type 7 of Hyndman and Fan, as in R and NumPy). */
export function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

function timeRange(values: readonly Value[]): { min: string | null; max: string | null } {
  const times = values.filter((value) => value instanceof Date).map((value) => value.getTime());
  if (times.length === 0) return { min: null, max: null };
  const [low, high] = times.reduce(
    ([least, most], time) => [Math.min(least, time), Math.max(most, time)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return { min: new Date(low ?? 0).toISOString(), max: new Date(high ?? 0).toISOString() };
}

function mostFrequent(values: readonly Value[]): { top: string | null; topCount: number | null } {
  const [first] = countValues(values);
  return first ? { top: first.value, topCount: first.count } : noTop;
}

/** How often each value occurs, most frequent first; equals by name. */
export function countValues(values: readonly Value[]): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const value of values)
    if (value !== null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
