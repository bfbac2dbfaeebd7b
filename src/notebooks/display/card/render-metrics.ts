import { renderCount, shortValue } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import { renderSparkline } from '../html/sparkline.ts';
import type { SeriesView } from '../run/metric-series.ts';
import type { RunView } from '../run/run-view.ts';

/** Metrics shown in a card; a run may log one for every class or layer. */
const mostMetrics = 40;

/** Each metric with its course, latest value and range. */
export function renderMetrics({ record, series }: RunView): Html | undefined {
  const names = Object.keys(record.metrics);
  if (names.length === 0) return undefined;
  const shown = names.slice(0, mostMetrics);
  const hasCourse = shown.some((name) => (series.get(name)?.count ?? 0) > 1);
  const rows = shown.map((name) => renderRow(name, record.metrics[name] ?? '', series.get(name), hasCourse));
  const more = names.length - shown.length;
  const head = hasCourse
    ? html`<thead><tr><th></th><th></th><th class="n">latest</th><th class="n">min</th><th class="n">max</th><th class="n">points</th></tr></thead>`
    : undefined;
  return html`<section><h4>Metrics</h4><table>${head}<tbody>${rows}</tbody></table>${more > 0 ? html`<p class="dim">… ${more} more: run.metrics</p>` : undefined}</section>`;
}

function renderRow(
  name: string,
  latest: number | string,
  series: SeriesView | undefined,
  hasCourse: boolean,
): Html {
  const value = html`<td class="n strong">${shortValue(latest)}</td>`;
  if (!hasCourse) return html`<tr><th>${name}</th>${value}</tr>`;
  const several = series !== undefined && series.count > 1 ? series : undefined;
  const range = several !== undefined && several.values.length > 0 ? several : undefined;
  return html`<tr><th>${name}</th><td>${several && renderSparkline(several)}</td>${value}<td class="n">${range && shortValue(range.min)}</td><td class="n">${range && shortValue(range.max)}</td><td class="n dim">${renderCount(series?.count ?? 1)}</td></tr>`;
}
