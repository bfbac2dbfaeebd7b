import type { ColumnType, Table, Value } from 'slipway';

/** One row of the statistics table. What does not fit a column's type is null. */
export interface ColumnSummary extends NumberSummary, TimeSummary, TextSummary {
  readonly column: string;
  readonly type: ColumnType;
  /** Values that are there. */
  readonly count: number;
  readonly missing: number;
  readonly distinct: number;
}

interface NumberSummary {
  readonly mean: number | null;
  /** Of the sample (n − 1). */
  readonly deviation: number | null;
  readonly min: number | null;
  readonly lowerQuartile: number | null;
  readonly median: number | null;
  readonly upperQuartile: number | null;
  readonly max: number | null;
}

/** ISO 8601. */
interface TimeSummary {
  readonly earliest: string | null;
  readonly latest: string | null;
}

/** Of text and true/false columns. */
interface TextSummary {
  readonly mostFrequent: string | null;
  readonly mostFrequentCount: number | null;
}

const nothing: NumberSummary & TimeSummary & TextSummary = {
  mean: null,
  deviation: null,
  min: null,
  lowerQuartile: null,
  median: null,
  upperQuartile: null,
  max: null,
  earliest: null,
  latest: null,
  mostFrequent: null,
  mostFrequentCount: null,
};

/** Statistics of every column over all rows. */
export function summariseColumns(table: Table): ColumnSummary[] {
  return table.columns.map(({ name, type }) => {
    const present = table.column(name).filter((value) => value !== null);
    return {
      column: name,
      type,
      count: present.length,
      missing: table.rowCount - present.length,
      distinct: new Set(present.map(identity)).size,
      ...nothing,
      ...(present.length > 0 && summariseValues(present, type)),
    };
  });
}

/** Dates are equal when their times are. */
const identity = (value: Value): Value => (value instanceof Date ? value.getTime() : value);

function summariseValues(
  values: readonly Value[],
  type: ColumnType,
): NumberSummary | TimeSummary | TextSummary {
  switch (type) {
    case 'integer':
    case 'number':
      return summariseNumbers(Float64Array.from(values, Number).sort());
    case 'timestamp': {
      const times = Float64Array.from(values, Number).sort();
      const iso = (time: number | undefined): string => new Date(time ?? 0).toISOString();
      return { earliest: iso(times[0]), latest: iso(times.at(-1)) };
    }
    case 'string':
    case 'boolean': {
      const [first] = countValues(values);
      return { mostFrequent: first?.value ?? null, mostFrequentCount: first?.count ?? null };
    }
  }
}

function summariseNumbers(sorted: Float64Array): NumberSummary {
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: sorted.length > 1 ? Math.sqrt(squares / (sorted.length - 1)) : 0,
    min: sorted[0] ?? null,
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    max: sorted.at(-1) ?? null,
  };
}

/** Between the two nearest of the sorted values, in proportion (type 7 of Hyndman and Fan, as in R and NumPy). */
function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
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
