import type { Json } from '../../../core/json.ts';
import { isNumeric, shortValue } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import type { RunView } from '../run/run-view.ts';
import { hasCourses } from './render-metrics.ts';

/** Params, inputs, results and metrics that have no course side by side; what there is none of is left out. */
export function renderValues(view: RunView): Html | undefined {
  const { params, inputs, results, outputs, steps, metrics } = view.record;
  const sources = Object.fromEntries(Object.entries(inputs).map(([name, { uri }]) => [name, uri]));
  const columns = [
    renderColumn('Params', params),
    renderColumn('Inputs', sources),
    steps === undefined ? renderColumn('Results', results) : renderColumn('Outputs', outputs ?? {}),
    hasCourses(view) ? undefined : renderColumn('Metrics', metrics),
  ].filter((column) => column !== undefined);
  return columns.length === 0 ? undefined : html`<section class="cols">${columns}</section>`;
}

function renderColumn(title: string, values: Readonly<Record<string, Json>>): Html | undefined {
  const entries = Object.entries(values);
  if (entries.length === 0) return undefined;
  const rows = entries.map(
    ([name, value]) =>
      html`<tr><th>${name}</th><td class="${isNumeric(value) ? 'n' : ''}" title="${fullValue(value)}">${shortValue(value)}</td></tr>`,
  );
  return html`<div><h4>${title}</h4><table>${rows}</table></div>`;
}

/** What was shortened is told in full when pointed at. */
function fullValue(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 2000 ? `${text.slice(0, 1999)}…` : text;
}
