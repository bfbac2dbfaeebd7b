import { ink } from '../plots/palette.ts';
import { formatNumber } from '../plots/scale.ts';
import { escapeMarkup, fitText } from '../plots/svg.ts';
import type { ColumnSummary } from './summarise-columns.ts';

export interface Report {
  readonly title: string;
  /** Figures for the top of the page. */
  readonly figures: readonly { readonly name: string; readonly value: string }[];
  readonly notes: readonly string[];
  readonly summaries: readonly ColumnSummary[];
  /** SVG documents, in order. */
  readonly plots: readonly string[];
}

const style = `
  body { margin: 0; background: #f5f7fa; color: ${ink.text}; font: 14px/1.5 Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; }
  main { max-width: 900px; margin: 0 auto; padding: 32px 20px 64px; }
  h1 { font-size: 24px; font-weight: 650; margin: 0 0 16px; }
  .figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 20px; padding: 0; }
  .figures div { background: #fff; border: 1px solid ${ink.grid}; border-radius: 8px; padding: 10px 16px; min-width: 92px; }
  .figures dt { color: ${ink.muted}; font-size: 12px; }
  .figures dd { margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
  section { background: #fff; border: 1px solid ${ink.grid}; border-radius: 8px; margin: 0 0 20px; overflow-x: auto; }
  section svg { display: block; max-width: 100%; height: auto; }
  table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; white-space: nowrap; }
  th, td { padding: 7px 12px; text-align: right; border-bottom: 1px solid ${ink.grid}; }
  th { color: ${ink.muted}; font-weight: 500; }
  th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
  tr:last-child td { border-bottom: 0; }
  .note { color: ${ink.muted}; margin: 0 0 20px; }`;

/** One page with everything, in no need of a network. */
export function renderReport(report: Report): string {
  const figures = report.figures.map(
    ({ name, value }) => `<div><dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd></div>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(report.title)}</title>
<style>${style}
</style>
</head>
<body>
<main>
<h1>${escapeMarkup(report.title)}</h1>
<dl class="figures">${figures.join('')}</dl>
${report.notes.map((note) => `<p class="note">${escapeMarkup(note)}</p>`).join('\n')}
<section>${renderSummaries(report.summaries)}</section>
${report.plots.map((plot) => `<section>${plot}</section>`).join('\n')}
</main>
</body>
</html>
`;
}

const headings = [
  'column',
  'type',
  'missing',
  'distinct',
  'mean',
  'deviation',
  'min',
  'median',
  'max',
  'most frequent',
];

function renderSummaries(summaries: readonly ColumnSummary[]): string {
  const rows = summaries.map((summary) => {
    const cells = [
      summary.column,
      summary.type,
      figure(summary.missing),
      figure(summary.distinct),
      figure(summary.mean),
      figure(summary.deviation),
      summary.earliest === null ? figure(summary.min) : day(summary.earliest),
      figure(summary.median),
      summary.latest === null ? figure(summary.max) : day(summary.latest),
      summary.mostFrequent === null
        ? ''
        : `${fitText(summary.mostFrequent, 220, 13)} (${figure(summary.mostFrequentCount)})`,
    ];
    return `<tr>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('')}</tr>`;
  });
  const head = headings.map((heading) => `<th>${heading}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const figure = (value: number | null): string => (value === null ? '' : formatNumber(value));

/** A time to the minute. */
const day = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
