import type { SeriesView } from '../run/metric-series.ts';
import { type Html, html } from './html.ts';

const width = 120;
const height = 22;
const inset = 3;

/** A series as a line without axes, its last point marked; nothing where there are fewer than two points. */
export function renderSparkline({ values, min, max, name }: SeriesView): Html | undefined {
  if (values.length < 2) return undefined;
  const range = max - min;
  const points = values.map((value, i) => {
    const x = inset + (i / (values.length - 1)) * (width - 2 * inset);
    const level = range > 0 ? (value - min) / range : 0.5;
    return [x, height - inset - level * (height - 2 * inset)] as const;
  });
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const [endX = 0, endY = 0] = points.at(-1) ?? [];
  return html`<svg class="spark" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${`course of ${name}`}"><polyline points="${line}" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" stroke-linecap="round"/><circle cx="${endX.toFixed(1)}" cy="${endY.toFixed(1)}" r="2.2" fill="currentColor"/></svg>`;
}
