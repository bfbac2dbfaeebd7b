import { type Context, createTable, type DataItem, type Table } from 'slipway';
import { unusableData } from '../learning/errors.ts';
import { labelColumnOf, requireLabel } from '../learning/label-column.ts';
import { createRandom, sampleIndices } from '../learning/random.ts';
import { formatNumber } from '../plots/scale.ts';
import { type Classes, findClasses, takeClasses } from './classes.ts';
import { plotDistributions } from './plot-distributions.ts';
import { plotClassBalance, plotCorrelation, plotMissing } from './plot-overview.ts';
import { plotPairs } from './plot-pairs.ts';
import { renderReport } from './render-report.ts';
import { type ColumnSummary, summariseColumns } from './summarise-columns.ts';

/**
 * Looks a data set over: statistics, distributions, correlation, class balance, missing values and pairs of columns, each as a plot,
 * and all of them as one page (`report`).
 *
 * @param data table to look at
 * @param label column of classes, by which plots are coloured; known already where the data is a dataset logged with its label column
 * @param sample most rows that plots and correlations are drawn from; statistics are of all rows
 * @param seed of the sample
 */
export async function describe(
  ctx: Context,
  {
    data,
    label,
    sample = 10_000,
    seed = 42,
  }: { data: DataItem; label?: string; sample?: number; seed?: number },
): Promise<{
  rowCount: number;
  columnCount: number;
  numericColumns: number;
  missingTotal: number;
  duplicateRows: number;
  classes: string[];
  classCounts: Record<string, number>;
}> {
  const table = await data.table();
  if (table.rowCount === 0 || table.columns.length === 0)
    throw unusableData(`"${data.name}" has no rows`, {
      hint: 'there is nothing to describe; check the data',
    });
  const named = label ?? labelColumnOf(data);
  const classes = findClasses(table, named === undefined ? undefined : requireLabel(table, data, named));
  const summaries = summariseColumns(table);
  const rows = sampleIndices(table.rowCount, Math.max(1, sample), createRandom(seed));
  const isSample = rows.length < table.rowCount;
  const part = isSample ? table.take(rows) : table;
  const results = {
    rowCount: table.rowCount,
    columnCount: table.columns.length,
    numericColumns: summaries.filter(isNumeric).length,
    missingTotal: summaries.reduce((sum, { missing }) => sum + missing, 0),
    duplicateRows: countDuplicates(table),
    classes: [...(classes?.names ?? [])],
    classCounts: Object.fromEntries(classes?.names.map((name, i) => [name, classes.counts[i] ?? 0]) ?? []),
  };
  const notes = isSample
    ? [`Plots are drawn from ${formatNumber(rows.length, 9)} rows chosen at random.`]
    : [];
  const plots = await logPlots(ctx, part, takeClasses(classes, rows), summaries, { classes, table, seed });
  await ctx.logArtifact('statistics', createTable(summaries).toCsv(), {
    kind: 'table',
    name: 'statistics.csv',
  });
  const report = renderReport({
    title: `About ${data.name}`,
    figures: figuresOf(results),
    notes,
    summaries,
    plots,
  });
  await ctx.logPlot('report', report, { title: `About ${data.name}` });
  return results;
}

const isNumeric = ({ type, count }: ColumnSummary): boolean =>
  (type === 'integer' || type === 'number') && count > 0;

/** Points of a scatter plot beyond this hide each other. */
const maxPoints = 1500;

async function logPlots(
  ctx: Context,
  part: Table,
  partClasses: Classes | undefined,
  summaries: readonly ColumnSummary[],
  whole: { readonly classes: Classes | undefined; readonly table: Table; readonly seed: number },
): Promise<string[]> {
  const numeric = summaries
    .filter((summary) => isNumeric(summary) && summary.column !== partClasses?.label)
    .map(({ column }) => column);
  const plots: string[] = [];
  const log = async (key: string, title: string, plot: string): Promise<void> => {
    plots.push(plot);
    await ctx.logPlot(key, plot, { title });
  };
  if (whole.classes) await log('class-balance', 'Class balance', plotClassBalance(whole.classes));
  if (summaries.some(({ missing }) => missing > 0))
    await log('missing-values', 'Missing values', plotMissing(summaries, whole.table.rowCount));
  if (summaries.some(({ column, count }) => count > 0 && column !== partClasses?.label))
    await log('distributions', 'Distributions', plotDistributions(part, partClasses));
  if (numeric.length >= 2) {
    await log('correlation', 'Correlation', await logCorrelation(ctx, part, numeric));
    const points = sampleIndices(part.rowCount, maxPoints, createRandom(whole.seed));
    await log('pairs', 'Pairs', plotPairs(part.take(points), numeric, takeClasses(partClasses, points)));
  }
  return plots;
}

/** Logs the matrix as a table too, and gives the plot. */
async function logCorrelation(ctx: Context, table: Table, numeric: readonly string[]): Promise<string> {
  const { plot, values } = plotCorrelation(table, numeric);
  const rows = values.map((row, i) => ({
    column: numeric[i],
    ...Object.fromEntries(row.map((value, j) => [numeric[j], value])),
  }));
  await ctx.logArtifact('correlation-table', createTable(rows).toCsv(), {
    kind: 'table',
    name: 'correlation-table.csv',
  });
  return plot;
}

function countDuplicates(table: Table): number {
  const columns = table.columns.map(({ name }) => table.column(name));
  const seen = new Set<string>();
  for (let row = 0; row < table.rowCount; row++)
    seen.add(columns.map((values) => `${typeof values[row]}:${String(values[row])}`).join('\u0000'));
  return table.rowCount - seen.size;
}

function figuresOf(results: {
  rowCount: number;
  columnCount: number;
  missingTotal: number;
  duplicateRows: number;
  classes: readonly string[];
}): { name: string; value: string }[] {
  return [
    { name: 'rows', value: formatNumber(results.rowCount, 12) },
    { name: 'columns', value: formatNumber(results.columnCount) },
    { name: 'missing values', value: formatNumber(results.missingTotal, 12) },
    { name: 'duplicate rows', value: formatNumber(results.duplicateRows, 12) },
    ...(results.classes.length ? [{ name: 'classes', value: formatNumber(results.classes.length) }] : []),
  ];
}
