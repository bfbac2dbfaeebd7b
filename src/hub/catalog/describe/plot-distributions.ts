import type { ColumnSchema, Table } from 'slipway';
import { chart } from '../plots/chart.ts';
import { frame } from '../plots/frame.ts';
import { classColor, ink, mainColor } from '../plots/palette.ts';
import { formatNumber, linearScale, type Scale } from '../plots/scale.ts';
import { element, fitText, group, label, textWidth } from '../plots/svg.ts';
import { type Classes, classLegend } from './classes.ts';
import { binNumbers } from './histogram-bins.ts';
import { countValues } from './summarise-columns.ts';

const maxPanels = 24;
const panel = { width: 206, height: 120, left: 38, top: 24, across: 264, down: 194 };
const maxValues = 6;

/** A small plot for every column: histograms of numbers and times, bars of the most frequent values of all else; coloured by class. */
export function plotDistributions(table: Table, classes: Classes | undefined): string {
  const columns = table.columns.filter(
    (column) => column.name !== classes?.label && table.column(column.name).some((value) => value !== null),
  );
  const shown = columns.slice(0, maxPanels);
  const legend = classLegend(classes);
  const across = Math.min(3, Math.max(2, shown.length));
  const colored = legend.length > 0 ? classes : undefined;
  return chart(
    {
      title: 'Distributions',
      subtitle: `${columns.length > maxPanels ? `The first ${maxPanels} of ${columns.length} columns` : 'Every column'}, number of rows${colored ? ` by ${colored.label}` : ''}`,
      legend,
      width: across * panel.across - 20,
      height: Math.ceil(shown.length / across) * panel.down - 20,
    },
    ...shown.map((column, i) =>
      group(
        (i % across) * panel.across + panel.left,
        Math.floor(i / across) * panel.down + panel.top,
        label(-panel.left, -14, fitText(column.name, panel.across - 20, 12), { size: 12, weight: 600 }),
        drawPanel(table, column, colored),
      ),
    ),
  );
}

function drawPanel(table: Table, column: ColumnSchema, classes: Classes | undefined): string {
  return column.type === 'string' || column.type === 'boolean'
    ? drawBars(table, column.name, classes)
    : drawHistogram(table, column, classes);
}

/** Groups 0 … n are the classes; one more holds rows without a class. */
function groupsOf(classes: Classes | undefined): {
  count: number;
  of(row: number): number;
  color(group: number): string;
} {
  const count = classes ? classes.names.length + 1 : 1;
  return {
    count,
    of: (row) => {
      const own = classes?.ofRow[row] ?? 0;
      return own < 0 ? count - 1 : own;
    },
    color: (index) => (!classes ? mainColor : index === count - 1 ? ink.axis : classColor(index)),
  };
}

function drawHistogram(table: Table, column: ColumnSchema, classes: Classes | undefined): string {
  const groups = groupsOf(classes);
  const present = table.column(column.name).flatMap((value, row) => {
    const number = value === null ? Number.NaN : Number(value);
    return Number.isFinite(number) ? [{ number, group: groups.of(row) }] : [];
  });
  const { edges, counts } = binNumbers(
    present.map(({ number }) => number),
    present.map((entry) => entry.group),
    groups.count,
    column.type === 'integer',
  );
  const totals = edges.slice(1).map((_, bin) => counts.reduce((sum, own) => sum + (own[bin] ?? 0), 0));
  const y = linearScale([0, Math.max(1, ...totals)], [panel.height, 0], {
    ticks: 3,
    nice: true,
    whole: true,
  });
  const x = valueScale(edges, column);
  const format = column.type === 'timestamp' ? day : formatNumber;
  return (
    frame({ ...size, x, y, formatX: format }) +
    totals
      .flatMap((_, bin) => stack(counts.map((own) => own[bin] ?? 0)).map((part) => ({ bin, ...part })))
      .map(({ bin, index, from, to }) => {
        const [left, right] = [x(edges[bin] ?? 0), x(edges[bin + 1] ?? 0)];
        return element('rect', {
          x: left + 0.5,
          y: y(to),
          width: Math.max(0.5, right - left - 1),
          height: y(from) - y(to),
          fill: groups.color(index),
        });
      })
      .join('')
  );
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Fewer ticks where their texts are long; of times the first and the last only, since round numbers are no round times. */
function valueScale(edges: readonly number[], { type }: ColumnSchema): Scale {
  const domain = [edges[0] ?? 0, edges.at(-1) ?? 1] as const;
  if (type === 'timestamp')
    return Object.assign(linearScale(domain, [24, panel.width - 24]), { ticks: domain });
  const widest = Math.max(...domain.map((value) => textWidth(formatNumber(value))));
  return linearScale(domain, [0, panel.width], { ticks: widest > 28 ? 3 : 5 });
}

const size = { width: panel.width, height: panel.height };

/** Parts of a stacked bar, from the bottom up. */
function stack(counts: readonly number[]): { index: number; from: number; to: number }[] {
  let from = 0;
  return counts.flatMap((count, index) => {
    if (count === 0) return [];
    from += count;
    return [{ index, from: from - count, to: from }];
  });
}

function drawBars(table: Table, name: string, classes: Classes | undefined): string {
  const groups = groupsOf(classes);
  const values = table.column(name);
  const all = countValues(values);
  if (all.length > maxValues && all[0]?.count === 1)
    return label(-panel.left, 12, `${formatNumber(all.length, 9)} values, each of them once`, {
      color: ink.muted,
    });
  const shown = all.slice(0, maxValues);
  const x = linearScale([0, Math.max(...shown.map(({ count }) => count))], [0, panel.width - 42], {
    nice: false,
  });
  const row = panel.height / maxValues + 4;
  const bars = shown.map(({ value, count }, i) => {
    const counts = new Array<number>(groups.count).fill(0);
    values.forEach((own, at) => {
      if (own !== null && String(own) === value) counts[groups.of(at)] = (counts[groups.of(at)] ?? 0) + 1;
    });
    const parts = stack(counts).map(({ index, from, to }) =>
      element('rect', {
        x: x(from),
        y: i * row + 12,
        width: x(to) - x(from),
        height: 7,
        fill: groups.color(index),
      }),
    );
    return (
      label(0, i * row + 5, fitText(value, panel.width - 42), {}) +
      parts.join('') +
      label(x(count) + 6, i * row + 15.5, formatNumber(count, 9), { color: ink.muted })
    );
  });
  const rest =
    all.length > maxValues ? `and ${formatNumber(all.length - maxValues, 9)} more values` : undefined;
  return group(
    -panel.left,
    0,
    ...bars,
    rest ? label(0, shown.length * row + 8, rest, { color: ink.muted }) : '',
  );
}
