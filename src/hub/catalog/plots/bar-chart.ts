import { chart } from './chart.ts';
import { line } from './frame.ts';
import { ink, mainColor } from './palette.ts';
import { formatNumber, linearScale, type Scale } from './scale.ts';
import { element, fitText, group, label, textWidth } from './svg.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly color?: string;
  /** Text at the bar's end. @default the value */
  readonly note?: string;
}

export interface BarChartOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** From top to bottom. */
  readonly bars: readonly Bar[];
  readonly valueTitle?: string;
  /** Where the axis ends, e.g. 1 for shares. @default the largest value */
  readonly max?: number;
  readonly formatTick?: (value: number) => string;
}

const rowHeight = 28;
const width = 640;

/** Horizontal bars, so that names can be read. Bars of negative values go to the left of zero. */
export function barChart(options: BarChartOptions): string {
  const values = options.bars.map((bar) => bar.value);
  const names = Math.min(220, Math.max(40, ...options.bars.map((bar) => textWidth(bar.name, 12)))) + 12;
  const notes = Math.max(40, ...options.bars.map((bar) => textWidth(noteOf(bar), 11))) + 12;
  const scale = linearScale(
    [Math.min(0, ...values), options.max ?? Math.max(0, ...values)],
    [0, width - names - notes],
    { nice: options.max === undefined },
  );
  const height = options.bars.length * rowHeight;
  const foot = options.valueTitle === undefined ? 24 : 44;
  return chart(
    { title: options.title, subtitle: options.subtitle, width, height: height + foot },
    group(
      names,
      0,
      axis(scale, height, options),
      ...options.bars.map((bar, i) => drawBar(bar, i, scale, names)),
    ),
  );
}

const noteOf = (bar: Bar): string => bar.note ?? formatNumber(bar.value, 3);

function drawBar(bar: Bar, index: number, scale: Scale, names: number): string {
  const middle = (index + 0.5) * rowHeight;
  const [from, to] = [Math.min(scale(0), scale(bar.value)), Math.max(scale(0), scale(bar.value))];
  return [
    label(-12, middle, fitText(bar.name, names - 12, 12), { size: 12, anchor: 'end' }),
    element('rect', {
      x: from,
      y: middle - 9,
      width: Math.max(1, to - from),
      height: 18,
      rx: 2,
      fill: bar.color ?? mainColor,
    }),
    label(to + 8, middle, noteOf(bar), { color: ink.muted }),
  ].join('');
}

function axis(
  scale: Scale,
  height: number,
  { valueTitle, formatTick = formatNumber }: BarChartOptions,
): string {
  const end = scale(scale.domain[1]);
  return [
    ...scale.ticks.map(
      (tick) =>
        line(scale(tick), 0, scale(tick), height, ink.grid) +
        label(scale(tick), height + 13, formatTick(tick), { color: ink.muted, anchor: 'middle' }),
    ),
    line(scale(0), 0, scale(0), height, ink.axis),
    ...(valueTitle === undefined
      ? []
      : [label(end / 2, height + 34, valueTitle, { size: 12, anchor: 'middle' })]),
  ].join('');
}
