import { escapeHtml } from '../../core/escape-markup.ts';
import type { Json } from '../../core/json.ts';
import type { RunRecord } from '../../tracking/run.ts';
import { renderReportGraph } from './render-report-graph.ts';
import { renderReportSteps } from './render-report-steps.ts';
import { renderReportTimeline } from './render-report-timeline.ts';
import type { ReportData } from './report-data.ts';
import { reportStyle } from './report-style.ts';
import { shortJson, shownState, stateLabel, took } from './report-text.ts';

/** The report of a pipeline run as one HTML page that needs nothing else: graph, timeline, every step, metrics, artifacts. */
export function renderReportPage(data: ReportData): string {
  const { record, plan } = data;
  const title = `${record.name} · ${stateLabel(record.state)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${reportStyle}
</style>
</head>
<body>
<header>
<h1>${escapeHtml(record.name)}</h1>
<div class="meta"><span class="state ${record.state}">${stateLabel(record.state)}</span> ${renderMeta(record)}</div>
</header>
${renderFailure(record)}
${renderFacts(record)}
<h2>Graph</h2>
${plan === undefined ? '<p class="note">The plan of this run is not in the store.</p>' : renderReportGraph(plan, record)}
<h2>Timeline</h2>
${renderReportTimeline(record)}
<h2>Steps</h2>
<p class="note">${escapeHtml(countStates(record))}</p>
${renderReportSteps(data)}
</body>
</html>
`;
}

function renderMeta(record: RunRecord): string {
  const time = took(record);
  const commit =
    record.git === undefined
      ? ''
      : ` · commit ${record.git.commit.slice(0, 12)}${record.git.dirty ? ' (changed)' : ''}`;
  const parts = [
    ...(time === '' ? [] : [`in ${time}`]),
    `· ${record.startedAt ?? record.createdAt}`,
    `· project ${record.project}`,
  ];
  return `${escapeHtml(parts.join(' '))}${escapeHtml(commit)} · <code>${escapeHtml(record.uid)}</code>`;
}

function renderFailure({ error, reason }: RunRecord): string {
  if (error === undefined) return reason === undefined ? '' : `<p class="note">${escapeHtml(reason)}</p>`;
  const place = error.notebook ?? error.file;
  const at = error.cell === undefined ? `line ${error.line}` : `cell ${error.cell}, line ${error.line}`;
  const lines = [
    `${error.code}: ${error.message}`,
    ...(place === undefined ? [] : [`at ${place}, ${at}`]),
    ...(error.hint === undefined ? [] : [error.hint]),
  ];
  return `<p class="failure">${escapeHtml(lines.join('\n'))}</p>`;
}

function renderFacts(record: RunRecord): string {
  const sections = [
    renderFact('Parameters', record.params),
    renderFact('Outputs', record.outputs ?? {}),
    renderFact('Labels', record.labels),
  ].filter((section) => section !== '');
  return sections.length === 0 ? '' : `<h2>Facts</h2>\n<div class="facts">${sections.join('')}</div>`;
}

function renderFact(title: string, values: Readonly<Record<string, Json>>): string {
  const rows = Object.entries(values).map(
    ([key, value]) => `<div><dt>${escapeHtml(key)}</dt><dd>${escapeHtml(shortJson(value))}</dd></div>`,
  );
  return rows.length === 0 ? '' : `<section><h2>${title}</h2><dl>${rows.join('')}</dl></section>`;
}

/** `5 completed, 1 failed, 2 skipped` */
function countStates({ steps = [] }: RunRecord): string {
  const counts = new Map<string, number>();
  for (const step of steps) {
    const label = stateLabel(shownState(step));
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => `${count} ${label}`).join(', ');
}
