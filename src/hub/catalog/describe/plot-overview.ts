import type { Table } from 'slipway';
import { barChart } from '../plots/bar-chart.ts';
import { heatmap } from '../plots/heatmap.ts';
import { classColor } from '../plots/palette.ts';
import { formatNumber } from '../plots/scale.ts';
import { type Classes, maxColors } from './classes.ts';
import { correlate } from './correlation.ts';
import type { ColumnSummary } from './summarise-columns.ts';

const maxBars = 40;
const maxCorrelated = 24;

/** How many rows each class has. */
export function plotClassBalance({ label, names, counts }: Classes): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const bars = names.map((name, i) => {
    const count = counts[i] ?? 0;
    const color = names.length <= maxColors ? { color: classColor(i) } : {};
    return { name, value: count, note: `${formatNumber(count, 9)} (${percent(count / total)})`, ...color };
  });
  return barChart({
    title: 'Class balance',
    subtitle: `Rows of each ${label}${names.length > maxBars ? `, the first ${maxBars} of ${names.length} classes` : ''}`,
    bars: bars.slice(0, maxBars),
    valueTitle: 'rows',
  });
}

/** Share of missing values of the columns that have any, most first. */
export function plotMissing(summaries: readonly ColumnSummary[], rowCount: number): string {
  const lacking = summaries.filter(({ missing }) => missing > 0).sort((a, b) => b.missing - a.missing);
  const bars = lacking.slice(0, maxBars).map(({ column, missing }) => ({
    name: column,
    value: missing / rowCount,
    color: '#d55e00',
    note: `${formatNumber(missing, 9)} (${percent(missing / rowCount)})`,
  }));
  const worst = Math.max(...bars.map((bar) => bar.value));
  return barChart({
    title: 'Missing values',
    subtitle: `${lacking.length} of ${summaries.length} columns lack some of their ${formatNumber(rowCount, 9)} values`,
    bars,
    valueTitle: 'share of rows',
    formatTick: percent,
    ...(worst > 0.5 ? { max: 1 } : {}),
  });
}

/** Correlation matrix of number columns, and the names it covers. */
export function plotCorrelation(
  table: Table,
  numeric: readonly string[],
): { plot: string; values: (number | null)[][] } {
  const names = numeric.slice(0, maxCorrelated);
  const values = correlate(names.map((name) => table.column(name)));
  const part =
    numeric.length > maxCorrelated ? `, the first ${maxCorrelated} of ${numeric.length} number columns` : '';
  const plot = heatmap({
    title: 'Correlation',
    subtitle: `Pearson's r of number columns${part}`,
    rows: names,
    columns: names,
    values,
    colors: 'diverging',
    format: (value) => value.toFixed(2).replace('-0.00', '0.00').replace('-', '−'),
  });
  return { plot, values };
}

function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}%`;
}
