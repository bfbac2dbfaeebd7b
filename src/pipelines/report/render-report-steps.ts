import { escapeHtml } from '../../core/escape-markup.ts';
import type { Json } from '../../core/json.ts';
import type { ArtifactRecord, RunRecord, StepRecord } from '../../tracking/run.ts';
import type { MetricPoint } from '../../tracking/store.ts';
import { orderSteps } from '../plan/order-steps.ts';
import type { ReportData } from './report-data.ts';
import { anchorOf, shortJson, shortNumber, shownState, stateLabel, took } from './report-text.ts';

/** Every step of a pipeline run, whatever became of it: state, why, results, metrics, artifacts. */
export function renderReportSteps(data: ReportData): string {
  const rows = orderSteps(data.record.steps ?? []).map((step) => renderStep(step, data));
  return (
    '<div class="scroll"><table><thead><tr><th>Step</th><th>State</th><th>Took</th><th>Results</th><th>Metrics</th><th>Artifacts</th></tr></thead>' +
    `<tbody>${rows.join('\n')}</tbody></table></div>`
  );
}

function renderStep(step: StepRecord, { runs, series }: ReportData): string {
  const run = step.runUid === undefined ? undefined : runs.get(step.runUid);
  const state = shownState(step);
  const attempt = step.attempt !== undefined && step.attempt > 1 ? `, attempt ${step.attempt}` : '';
  const isItem = step.id.includes('[');
  return [
    `<tr id="${anchorOf(step.id)}" class="${state}${isItem ? ' item' : ''}">`,
    `<th scope="row">${escapeHtml(step.id)}<small>${escapeHtml(step.function)}${run?.runtime === undefined ? '' : ` · ${escapeHtml(run.runtime)}`}</small></th>`,
    `<td><span class="state">${stateLabel(state)}${attempt}</span>${renderWhy(step)}</td>`,
    `<td class="number">${took(step)}</td>`,
    `<td>${renderPairs(step.results)}</td>`,
    `<td>${run === undefined ? '' : renderMetrics(run, series.get(run.uid) ?? [])}</td>`,
    `<td>${(run?.artifacts ?? []).map(renderArtifact).join('')}</td></tr>`,
  ].join('');
}

function renderWhy({ error, reason, runUid }: StepRecord): string {
  const uid = runUid === undefined ? '' : `<small class="uid">${escapeHtml(runUid)}</small>`;
  if (error === undefined)
    return `${reason === undefined ? '' : `<small>${escapeHtml(reason)}</small>`}${uid}`;
  const hint = error.hint === undefined ? '' : `<small>${escapeHtml(error.hint)}</small>`;
  return `<small class="error">${escapeHtml(`${error.code}: ${error.message}`)}</small>${hint}${uid}`;
}

function renderPairs(values: Readonly<Record<string, Json>>): string {
  const rows = Object.entries(values).map(
    ([key, value]) =>
      `<div><dt>${escapeHtml(key)}</dt><dd${typeof value === 'number' ? ' class="n"' : ''}>${escapeHtml(typeof value === 'number' ? shortNumber(value) : shortJson(value, 80))}</dd></div>`,
  );
  return rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`;
}

function renderMetrics({ metrics }: RunRecord, points: readonly MetricPoint[]): string {
  const rows = Object.entries(metrics).map(([key, value]) => {
    const line = renderLine(points.filter((point) => point.key === key && point.context === undefined));
    return `<div><dt>${escapeHtml(key)}</dt><dd class="n">${escapeHtml(shortNumber(value))}${line}</dd></div>`;
  });
  return rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`;
}

/** How a metric went, as a small line. */
function renderLine(points: readonly MetricPoint[]): string {
  const values = points.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  if (values.length < 2) return '';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const place = (value: number, at: number): string =>
    `${((at / (values.length - 1)) * 78 + 1).toFixed(1)},${(15 - ((value - low) / (high - low || 1)) * 14).toFixed(1)}`;
  return `<svg class="line" width="80" height="16" viewBox="0 0 80 16" aria-hidden="true"><polyline points="${values.map(place).join(' ')}"/></svg>`;
}

function renderArtifact({ key, kind, size, uri }: ArtifactRecord): string {
  return `<div class="artifact"><b>${escapeHtml(key)}</b> <span>${kind}, ${renderSize(size)}</span><small class="uid">${escapeHtml(uri)}</small></div>`;
}

function renderSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const exponent = Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** exponent).toPrecision(3)} ${['B', 'KiB', 'MiB', 'GiB'][exponent]}`;
}
