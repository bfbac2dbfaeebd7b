import { ink } from './palette.ts';
import { formatNumber, type Scale } from './scale.ts';
import { element, label } from './svg.ts';

export interface FrameOptions {
  readonly width: number;
  readonly height: number;
  readonly x?: Scale;
  readonly y?: Scale;
  readonly xTitle?: string | undefined;
  readonly yTitle?: string | undefined;
  /** Text of a tick. @default formatNumber */
  readonly formatX?: (value: number) => string;
  readonly formatY?: (value: number) => string;
  /** Where the y title stands, left of the axis. @default 42 */
  readonly yTitleAt?: number;
}

/** Grid, axis line, tick labels and axis titles of a plot whose area goes from (0, 0) to (width, height). */
export function frame({ width, height, x, y, ...options }: FrameOptions): string {
  const formatX = options.formatX ?? formatNumber;
  const formatY = options.formatY ?? formatNumber;
  const parts: string[] = [];
  for (const tick of y?.ticks ?? []) {
    const at = y?.(tick) ?? 0;
    parts.push(
      line(0, at, width, at, ink.grid),
      label(-7, at, formatY(tick), { color: ink.muted, anchor: 'end' }),
    );
  }
  for (const tick of x?.ticks ?? []) {
    const at = x?.(tick) ?? 0;
    parts.push(
      line(at, height, at, height + 4, ink.axis),
      label(at, height + 13, formatX(tick), { color: ink.muted, anchor: 'middle' }),
    );
  }
  parts.push(line(0, height, width, height, ink.axis));
  if (options.xTitle !== undefined)
    parts.push(label(width / 2, height + 32, options.xTitle, { size: 12, anchor: 'middle' }));
  if (options.yTitle !== undefined)
    parts.push(
      label(-(options.yTitleAt ?? 42), height / 2, options.yTitle, {
        size: 12,
        anchor: 'middle',
        rotate: -90,
      }),
    );
  return parts.join('');
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string, dash?: string): string {
  return element('line', { x1, y1, x2, y2, stroke, 'stroke-width': 1, 'stroke-dasharray': dash });
}
