import type { Table } from 'slipway';
import { chart } from '../plots/chart.ts';
import { classColor, ink, mainColor } from '../plots/palette.ts';
import { extent, formatNumber, linearScale, type Scale } from '../plots/scale.ts';
import { coordinate, element, fitText, group, label } from '../plots/svg.ts';
import { type Classes, classLegend } from './classes.ts';

const maxColumns = 5;
const cell = 136;
const gap = 10;

/**
 * Every number column against every other, a point a row, with the density of each column on the diagonal. Of many columns
 * those are shown that tell the classes apart best (largest share of variance between the classes), or the first ones.
 */
export function plotPairs(table: Table, numeric: readonly string[], classes: Classes | undefined): string {
  const legend = classLegend(classes);
  const colored = legend.length > 0 ? classes : undefined;
  const shown = chooseColumns(table, numeric, colored);
  const columns = shown.map((name) => numbersOf(table, name));
  const colorOf = (row: number): string => {
    const own = colored?.ofRow[row] ?? -1;
    return colored ? (own < 0 ? ink.axis : classColor(own)) : mainColor;
  };
  const side = shown.length * (cell + gap);
  const cells = shown.flatMap((_, i) =>
    shown.map((__, j) => {
      const body =
        i === j
          ? drawDensity(columns[i] ?? [], colored)
          : drawPoints(columns[j] ?? [], columns[i] ?? [], colorOf);
      return group(j * (cell + gap), i * (cell + gap), body);
    }),
  );
  const names =
    numeric.length > shown.length ? `${shown.length} of ${numeric.length} number columns` : 'Number columns';
  return chart(
    {
      title: 'Pairs',
      subtitle: `${names} against each other, ${formatNumber(table.rowCount, 9)} rows${colored ? `, by ${colored.label}` : ''}`,
      legend,
      width: Math.max(300, side + 52),
      height: side + 44,
    },
    group(52, 0, ...cells, ...drawAxes(shown, columns)),
  );
}

function numbersOf(table: Table, name: string): number[] {
  return table.column(name).map((value) => (value === null ? Number.NaN : Number(value)));
}

function chooseColumns(table: Table, numeric: readonly string[], classes: Classes | undefined): string[] {
  if (!classes || numeric.length <= maxColumns) return numeric.slice(0, maxColumns);
  const ranked = numeric
    .map((name) => ({ name, separation: separation(numbersOf(table, name), classes) }))
    .sort((a, b) => b.separation - a.separation)
    .slice(0, maxColumns)
    .map(({ name }) => name);
  return numeric.filter((name) => ranked.includes(name));
}

/** Share of a column's variance that lies between the classes (eta squared), 0 to 1. */
function separation(values: readonly number[], classes: Classes): number {
  const groups = classes.names.map((_, c) =>
    values.filter((value, row) => classes.ofRow[row] === c && Number.isFinite(value)),
  );
  const all = groups.flat();
  const mean = average(all);
  const total = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const between = groups.reduce((sum, own) => sum + own.length * (average(own) - mean) ** 2, 0);
  return total > 0 ? between / total : 0;
}

const average = (values: readonly number[]): number =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;

function scaleOf(values: readonly number[], range: readonly [number, number], ticks: number = 3): Scale {
  const [low, high] = extent(values);
  const pad = (high - low) * 0.06;
  return linearScale([low - pad, high + pad], range, { ticks });
}

const border = element('rect', { width: cell, height: cell, fill: 'none', stroke: ink.grid, rx: 3 });

function drawPoints(xs: readonly number[], ys: readonly number[], colorOf: (row: number) => string): string {
  const x = scaleOf(xs, [0, cell]);
  const y = scaleOf(ys, [cell, 0]);
  const byColor = new Map<string, string[]>();
  xs.forEach((value, row) => {
    const other = ys[row] ?? Number.NaN;
    if (!Number.isFinite(value) || !Number.isFinite(other)) return;
    const color = colorOf(row);
    // a dot is a line of no length with round ends: a path of them is far smaller than so many circles
    const dot = `M${coordinate(x(value))} ${coordinate(y(other))}h0`;
    const dots = byColor.get(color);
    if (dots) dots.push(dot);
    else byColor.set(color, [dot]);
  });
  const style = {
    fill: 'none',
    'stroke-width': xs.length > 600 ? 2.6 : 4,
    'stroke-linecap': 'round',
    'stroke-opacity': 0.62,
  };
  return (
    border +
    [...byColor].map(([stroke, dots]) => element('path', { d: dots.join(''), stroke, ...style })).join('')
  );
}

/** Gaussian kernel density of every class, in one scale; the width of the kernel by Silverman's rule. */
function drawDensity(values: readonly number[], classes: Classes | undefined): string {
  const x = scaleOf(values, [0, cell]);
  const groups = classes
    ? classes.names.map((_, c) =>
        values.filter((value, row) => classes.ofRow[row] === c && Number.isFinite(value)),
      )
    : [values.filter(Number.isFinite)];
  const steps = 64;
  const at = Array.from(
    { length: steps + 1 },
    (_, i) => x.domain[0] + ((x.domain[1] - x.domain[0]) * i) / steps,
  );
  const curves = groups.map((own) => density(own, at, values.length));
  const top = Math.max(...curves.flat(), Number.MIN_VALUE);
  const y = linearScale([0, top * 1.1], [cell, 6]);
  const areas = curves.map((curve, c) => {
    const path = curve.map((height, i) => `${coordinate(x(at[i] ?? 0))} ${coordinate(y(height))}`).join('L');
    const color = classes ? classColor(c) : mainColor;
    const outline = element('path', { d: `M${path}`, fill: 'none', stroke: color, 'stroke-width': 1.6 });
    return (
      element('path', { d: `M0 ${cell}L${path}L${cell} ${cell}Z`, fill: color, 'fill-opacity': 0.16 }) +
      outline
    );
  });
  return border + areas.join('');
}

function density(values: readonly number[], at: readonly number[], total: number): number[] {
  const mean = average(values);
  const deviation = Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
  const width = 1.06 * deviation * Math.max(1, values.length) ** -0.2;
  if (!(width > 0)) return at.map(() => 0);
  return at.map(
    (place) =>
      values.reduce((sum, value) => sum + Math.exp(-0.5 * ((place - value) / width) ** 2), 0) /
      (width * total),
  );
}

function drawAxes(names: readonly string[], columns: readonly (readonly number[])[]): string[] {
  const side = names.length * (cell + gap) - gap;
  return names.flatMap((name, i) => {
    const from = i * (cell + gap);
    const x = scaleOf(columns[i] ?? [], [0, cell], 2);
    const y = scaleOf(columns[i] ?? [], [cell, 0]);
    const small = { size: 10, color: ink.muted } as const;
    const title = fitText(name, cell, 12);
    return [
      ...x.ticks.map((tick) =>
        label(from + x(tick), side + 11, formatNumber(tick), { ...small, anchor: 'middle' }),
      ),
      ...y.ticks.map((tick) => label(-6, from + y(tick), formatNumber(tick), { ...small, anchor: 'end' })),
      label(from + cell / 2, side + 30, title, { size: 12, anchor: 'middle' }),
      label(-44, from + cell / 2, title, { size: 12, anchor: 'middle', rotate: -90 }),
    ];
  });
}
