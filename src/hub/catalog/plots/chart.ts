import { ink } from './palette.ts';
import { coordinate, element, escapeMarkup, label, textWidth } from './svg.ts';

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
}

export interface ChartOptions {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly legend?: readonly LegendEntry[] | undefined;
  readonly width: number;
  /** Of what `body` draws, without the heading. */
  readonly height: number;
}

const margin = 20;

/** A whole SVG document: heading, legend, and below them what `body` holds, drawn from (0, 0) in `width` × `height` pixels. */
export function chart(options: ChartOptions, ...body: readonly string[]): string {
  const legend = options.legend?.length ? layLegend(options.legend, options.width) : undefined;
  const subtitleAt = options.subtitle === undefined ? 26 : 46;
  const legendAt = legend ? subtitleAt + 24 : subtitleAt;
  const top = legendAt + (legend ? legend.height : 0) + 18;
  const width = options.width + 2 * margin;
  const height = top + options.height + margin;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      role: 'img',
      'font-family': "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif",
      'font-size': 11,
      fill: ink.text,
    },
    element('title', {}, escapeMarkup(options.title)),
    element('rect', { width, height, fill: ink.paper }),
    label(margin, 26, options.title, { size: 16, weight: 600 }),
    ...(options.subtitle === undefined
      ? []
      : [label(margin, 46, options.subtitle, { size: 12, color: ink.muted })]),
    ...(legend ? [element('g', { transform: `translate(${margin} ${legendAt})` }, ...legend.parts)] : []),
    element('g', { transform: `translate(${margin} ${top})` }, ...body),
  );
}

function layLegend(entries: readonly LegendEntry[], width: number): { parts: string[]; height: number } {
  const parts: string[] = [];
  let x = 0;
  let y = 0;
  for (const { name, color } of entries) {
    const wide = 18 + textWidth(name, 12) + 20;
    if (x > 0 && x + wide > width) {
      x = 0;
      y += 20;
    }
    parts.push(
      element('rect', { x, y: y - 5.5, width: 11, height: 11, rx: 2.5, fill: color }),
      label(x + 18, y, name, { size: 12 }),
    );
    x += wide;
  }
  return { parts, height: y + 8 };
}
