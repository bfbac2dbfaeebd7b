import { renderCount, shortValue } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import { renderSparkline } from '../html/sparkline.ts';
import type { SeriesView } from '../run/metric-series.ts';
import type { RunView } from '../run/run-view.ts';

/** Metrics shown in a card; a run may log one for every class or layer. */
const mostMetrics = 40;

/** Whether any metric was logged more than once, so that there is something to draw. */
export function hasCourses({ record, series }: RunView): boolean {
  const names = Object.keys(record.metrics);
  return names.length > mostMetrics || names.some((name) => (series.get(name)?.count ?? 0) > 1);
}

/** Each metric with its course, latest value and range; nothing where none has a course. */
export function renderMetrics(view: RunView): Html | undefined {
  if (!hasCourses(view)) return undefined;
  const { record, series } = view;
  const names = Object.keys(record.metrics);
  const shown = names.slice(0, mostMetrics);
  const rows = shown.map((name) => renderRow(name, record.metrics[name] ?? '', series.get(name)));
  const more = names.length - shown.length;
  return html`<section><h4>Metrics</h4><table><thead><tr><th></th><th></th><th class="n">latest</th><th class="n">min</th><th class="n">max</th><th class="n">points</th></tr></thead><tbody>${rows}</tbody></table>${more > 0 ? html`<p class="dim">… ${more} more: run.metrics</p>` : undefined}</section>`;
}

function renderRow(name: string, latest: number | string, series: SeriesView | undefined): Html {
  const several = series !== undefined && series.count > 1 ? series : undefined;
  const range = several !== undefined && several.values.length > 0 ? several : undefined;
  return html`<tr><th>${name}</th><td>${several && renderSparkline(several)}</td><td class="n strong">${shortValue(latest)}</td><td class="n">${range && shortValue(range.min)}</td><td class="n">${range && shortValue(range.max)}</td><td class="n dim">${renderCount(series?.count ?? 1)}</td></tr>`;
}
