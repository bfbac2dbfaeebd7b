import type { ColumnType, Table, Value } from './table.ts';
import {
  type Histogram,
  histogramOf,
  type NumberSummary,
  summariseNumbers,
} from './tables/number-summary.ts';

/** What a table's columns hold, as plain JSON: the same table always gives the same profile. */
export interface TableProfile {
  readonly rowCount: number;
  readonly columns: readonly ColumnProfile[];
}

export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  /** Values that are there. */
  readonly count: number;
  readonly missing: number;
  /** Distinct values; exact up to `distinctLimit`, and that limit where there are more. */
  readonly distinct: number;
  /** Present where counting stopped at the limit. */
  readonly distinctIsLowerBound?: true;
  /** Numbers: the finite ones. Times: milliseconds since 1970. */
  readonly summary?: NumberSummary;
  /** Infinite values, which `summary` and `histogram` leave out. */
  readonly infinite?: number;
  /** 20 bins of equal width; numbers and times. */
  readonly histogram?: Histogram;
  /** Times: first and last, ISO 8601. */
  readonly first?: string;
  readonly last?: string;
  /** Texts and booleans: the most frequent values, then by order of the value. */
  readonly top?: readonly { readonly value: string | boolean; readonly count: number }[];
}

export interface ProfileOptions {
  /** @default 10000 */
  readonly distinctLimit?: number;
  /** Most frequent values kept. @default 10 */
  readonly top?: number;
}

/** Counts, statistics, a histogram and the most frequent values of each column. */
export function profileTable(table: Table, options: ProfileOptions = {}): TableProfile {
  const columns = table.columns.map(({ name, type }) =>
    profileColumn(name, type, table.column(name), options),
  );
  return { rowCount: table.rowCount, columns };
}

function profileColumn(
  name: string,
  type: ColumnType,
  values: readonly Value[],
  { distinctLimit = 10_000, top = 10 }: ProfileOptions,
): ColumnProfile {
  const present = values.filter((value) => value !== null);
  const { counts, more } = countDistinct(present, distinctLimit);
  return {
    name,
    type,
    count: present.length,
    missing: values.length - present.length,
    distinct: counts.size,
    ...(more ? { distinctIsLowerBound: true as const } : {}),
    ...details(type, present, more ? countAll(present) : counts, top),
  };
}

function details(
  type: ColumnType,
  present: readonly Exclude<Value, null>[],
  counts: ReadonlyMap<string | number | boolean | bigint, number>,
  top: number,
): Partial<ColumnProfile> {
  if (type === 'string' || type === 'boolean') return { top: topValues(counts, top) };
  const numbers = present.map(Number);
  const finite = numbers.filter(Number.isFinite).sort((a, b) => a - b);
  const infinite = numbers.length - finite.length;
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return infinite ? { infinite } : {};
  return {
    summary: summariseNumbers(finite),
    histogram: histogramOf(finite),
    ...(infinite ? { infinite } : {}),
    ...(type === 'timestamp'
      ? { first: new Date(first).toISOString(), last: new Date(last).toISOString() }
      : {}),
  };
}

type Counts = Map<string | number | boolean | bigint, number>;

function countDistinct(
  present: readonly Exclude<Value, null>[],
  limit: number,
): { counts: Counts; more: boolean } {
  const counts: Counts = new Map();
  for (const value of present) {
    const key = value instanceof Date ? value.getTime() : value;
    const count = counts.get(key);
    if (count === undefined && counts.size >= limit) return { counts, more: true };
    counts.set(key, (count ?? 0) + 1);
  }
  return { counts, more: false };
}

const countAll = (present: readonly Exclude<Value, null>[]): Counts =>
  countDistinct(present, Number.POSITIVE_INFINITY).counts;

const longest = 200;

function topValues(
  counts: ReadonlyMap<string | number | boolean | bigint, number>,
  top: number,
): { value: string | boolean; count: number }[] {
  return [...counts]
    .map(([value, count]) => ({ value: typeof value === 'boolean' ? value : String(value), count }))
    .sort((a, b) => b.count - a.count || (String(a.value) < String(b.value) ? -1 : 1))
    .slice(0, top)
    .map(({ value, count }) => ({ value: typeof value === 'string' ? shorten(value) : value, count }));
}

/** Text as profiles and previews keep it: at most 200 characters. */
export const shorten = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
