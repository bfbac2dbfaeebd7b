import { type Context, createTable, type DataItem, type Dataset, type Table, type Value } from 'slipway';
import { unusableData, unusableSetting } from '../learning/errors.ts';
import { type Group, groupTable } from './group-table.ts';
import { type Reduction, reductions } from './reduce.ts';

/**
 * Aggregates number columns by group, or over a rolling window within each group, and logs the outcome as the dataset `aggregated`.
 * Without a window there is a row a group with its keys and a column `<metric>_<function>` for each metric and function. With one
 * every row is kept and gets columns `<metric>_<function>_<window>` over itself and the rows before it.
 *
 * @param data table to aggregate
 * @param groupBy columns whose values make a group; all rows are one group without any
 * @param metrics number columns to aggregate; all that are no key unless given
 * @param functions what to compute; std is that of a sample (n − 1)
 * @param window rows of a rolling window, the row itself included
 * @param orderBy column by which the rows of a window follow each other; their order in the data unless given
 * @param partial compute windows that are not full yet, at the beginning of a group; else they are missing values
 */
export async function aggregate(
  ctx: Context,
  {
    data,
    groupBy = [],
    metrics,
    functions = ['mean'],
    window,
    orderBy,
    partial = false,
  }: {
    data: DataItem;
    groupBy?: string[];
    metrics?: string[];
    functions?: ('mean' | 'sum' | 'min' | 'max' | 'std' | 'count')[];
    window?: number;
    orderBy?: string;
    partial?: boolean;
  },
): Promise<{ aggregated: Dataset; rowCount: number; groupCount: number }> {
  const table = await data.table();
  if (window !== undefined && !(Number.isInteger(window) && window >= 1))
    throw unusableSetting(`window is ${window}`, { hint: 'give a whole number of rows from 1' });
  if (functions.length === 0)
    throw unusableSetting('functions is empty', {
      hint: `choose among ${Object.keys(reductions).join(', ')}`,
    });
  const chosen = chooseMetrics(table, metrics, groupBy, data.name);
  const groups = groupTable(table, groupBy, orderBy);
  const outcome =
    window === undefined
      ? aggregateGroups(table, groups, groupBy, chosen, functions)
      : rollWindows(table, groups, chosen, functions, { window, partial });
  const aggregated = await ctx.logDataset('aggregated', outcome);
  return { aggregated, rowCount: outcome.rowCount, groupCount: groups.length };
}

function chooseMetrics(
  table: Table,
  metrics: readonly string[] | undefined,
  keys: readonly string[],
  name: string,
): readonly string[] {
  const isNumber = (column: string): boolean => {
    const type = table.columns.find((candidate) => candidate.name === column)?.type;
    return type === 'integer' || type === 'number';
  };
  // reading a column that is not there fails, naming the nearest
  const text = metrics?.find((metric) => table.column(metric) && !isNumber(metric));
  if (text !== undefined)
    throw unusableData(`column "${text}" of "${name}" holds no numbers`, { hint: 'take it out of metrics' });
  const chosen =
    metrics ??
    table.columns.map((column) => column.name).filter((column) => isNumber(column) && !keys.includes(column));
  if (chosen.length === 0)
    throw unusableData(`"${name}" has no number column to aggregate`, {
      hint: 'name some with the parameter metrics',
    });
  return chosen;
}

const numbersAt = (values: readonly Value[], rows: readonly number[]): number[] =>
  rows.flatMap((row) => {
    const value = values[row] ?? null;
    return value === null ? [] : [Number(value)];
  });

function aggregateGroups(
  table: Table,
  groups: readonly Group[],
  keys: readonly string[],
  metrics: readonly string[],
  functions: readonly Reduction[],
): Table {
  const keyColumns = keys.map((key, i) => [key, groups.map((group) => group.key[i] ?? null)] as const);
  const figures = metrics.flatMap((metric) => {
    const values = table.column(metric);
    const perGroup = groups.map((group) => numbersAt(values, group.rows));
    return functions.map(
      (name) => [`${metric}_${name}`, perGroup.map((own) => reductions[name](own))] as const,
    );
  });
  return createTable({ columns: Object.fromEntries([...keyColumns, ...figures]) });
}

function rollWindows(
  table: Table,
  groups: readonly Group[],
  metrics: readonly string[],
  functions: readonly Reduction[],
  { window, partial }: { readonly window: number; readonly partial: boolean },
): Table {
  let outcome = table;
  for (const metric of metrics)
    for (const name of functions) {
      const values = table.column(metric);
      const rolled: (number | null)[] = new Array(table.rowCount).fill(null);
      for (const { rows } of groups)
        rows.forEach((row, i) => {
          if (i + 1 < window && !partial) return;
          rolled[row] = reductions[name](numbersAt(values, rows.slice(Math.max(0, i + 1 - window), i + 1)));
        });
      outcome = outcome.withColumn(
        `${metric}_${name}_${window}`,
        rolled,
        name === 'count' ? 'integer' : 'number',
      );
    }
  return outcome;
}
