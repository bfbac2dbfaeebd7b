import type { RichOutput } from '../core/rich-output.ts';
import { renderBytes } from '../data/render-artifact.ts';
import { renderPlural } from '../notebooks/display/html/format.ts';
import { type Html, html } from '../notebooks/display/html/html.ts';
import { style } from '../notebooks/display/html/style.ts';
import type { PackageReport } from './function-spec.ts';
import { renderPackageReport } from './render-report.ts';

/** What packaging did, for a notebook: one line, with all there is to know folded away below it; warnings stand open. */
export function packageReportOutput(name: string, report: PackageReport): RichOutput {
  const facts = [
    placesOf(report),
    renderBytes(report.size),
    report.digest.slice(0, 19),
    ...(report.reused ? ['unchanged'] : []),
  ].join(' · ');
  const markup = html`<div class="swy">${style}<header class="plain"><b>${name}</b> <span class="state completed">packaged</span> <span class="dim">${facts}</span></header>${renderWarnings(report)}<details class="part"><summary>What went in</summary>${renderIncluded(report)}${renderPackages(report)}<p class="dim">bundle <code>${report.digest}</code></p></details>${renderDropped(report)}</div>`;
  return { bundle: { 'text/html': markup.markup, 'text/plain': renderPackageReport(report).trimEnd() } };
}

function placesOf({ included, source }: PackageReport): string {
  const cells = included.flatMap(({ cell }) => (cell === undefined ? [] : [cell]));
  if (cells.length === 0) return source;
  const shown = cells.length > 8 ? `${cells.slice(0, 7).join(', ')} … ${cells.at(-1)}` : cells.join(', ');
  return `${cells.length === 1 ? 'cell' : 'cells'} ${shown} of ${source}`;
}

function renderWarnings({ warnings }: PackageReport): Html | undefined {
  if (warnings.length === 0) return undefined;
  const items = warnings.map((warning) => html`<li>${warning}</li>`);
  return html`<section class="aborted"><h4 class="state">${renderPlural(warnings.length, 'warning')}</h4><ul>${items}</ul></section>`;
}

function renderIncluded({ included, source }: PackageReport): Html {
  const rows = included.map(
    ({ cell, file, statements, firstLine }) =>
      html`<tr><th>${cell === undefined ? (file ?? source) : `cell ${cell}`}</th><td class="n dim">${renderPlural(statements, 'statement')}</td><td><code>${firstLine}</code></td></tr>`,
  );
  return html`<table>${rows}</table>`;
}

function renderPackages({ packages, externals }: PackageReport): Html | undefined {
  const rows = [
    ...Object.entries(packages).map(([name, version]) => [name, version, 'bundled'] as const),
    ...Object.entries(externals).map(([name, version]) => [name, version, 'installed beside it'] as const),
  ].map(
    ([name, version, how]) => html`<tr><th>${name}</th><td>${version}</td><td class="dim">${how}</td></tr>`,
  );
  return rows.length === 0 ? undefined : html`<h4>Packages</h4><table>${rows}</table>`;
}

function renderDropped({ dropped }: PackageReport): Html | undefined {
  if (dropped.length === 0) return undefined;
  const rows = dropped.map(
    ({ cell, line, text, reason }) =>
      html`<tr><th>${cell === undefined ? `line ${line}` : `cell ${cell}, line ${line}`}</th><td><code>${text}</code></td><td class="dim">${reason}</td></tr>`,
  );
  return html`<details class="part"><summary>Left out <span>${renderPlural(dropped.length, 'statement')}</span></summary><div class="scroll"><table>${rows}</table></div></details>`;
}
