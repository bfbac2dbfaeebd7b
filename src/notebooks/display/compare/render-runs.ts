import type { RichOutput } from '../../../core/rich-output.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import { renderPlural } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import { renderPanel } from '../value/panel.ts';
import { type RunsRow, type RunsTable, type RunsTableOptions, runsTable } from './runs-table.ts';

/** A table of runs, the best value of each metric marked. */
export function runsOutput(runs: readonly RunRecord[], options: RunsTableOptions = {}): RichOutput {
  const table = runsTable(runs, options);
  const facts = renderPlural(runs.length, 'run');
  const body = runs.length === 0 ? undefined : renderRuns(table);
  return {
    bundle: {
      'text/html': renderPanel({ title: 'Runs', facts, body }).markup,
      'text/plain': renderRunsText(table),
    },
  };
}

function renderRuns({ columns, rows }: RunsTable): Html {
  const head = columns.map(({ title, isNumber }) => html`<th class="${isNumber ? 'n' : ''}">${title}</th>`);
  const body = rows.map((row) => renderRow(row, columns));
  return html`<section class="tight"><div class="scroll"><table class="grid"><thead><tr class="names"><th>run</th><th></th><th>started</th><th class="n">took</th>${head}</tr></thead><tbody>${body}</tbody></table></div></section>`;
}

function renderRow(row: RunsRow, columns: RunsTable['columns']): Html {
  const values = row.values.map(({ text, isBest }, at) => {
    const kinds = [...(columns[at]?.isNumber ? ['n'] : []), ...(isBest ? ['best'] : [])].join(' ');
    return html`<td class="${kinds}">${text}</td>`;
  });
  return html`<tr><td class="${row.state}"><span class="dot" title="${row.state}">●</span> <b>${row.name}</b></td><td class="nowrap"><code class="dim" title="${row.uid}">${shortUid(row.uid)}</code></td><td class="dim">${row.started}</td><td class="n dim">${row.took}</td>${values}</tr>`;
}

/** The end tells runs apart: uids begin with the time. */
const shortUid = (uid: string): string => `…${uid.slice(-8)}`;

/** The same for a terminal; the best of a column carries a star. */
export function renderRunsText({ columns, rows }: RunsTable): string {
  if (rows.length === 0) return 'no runs';
  const lines = [
    ['run', 'state', 'started', 'took', ...columns.map(({ title }) => title), 'uid'],
    ...rows.map(({ name, state, started, took, values, uid }) => [
      name,
      state,
      started,
      took,
      ...values.map(({ text, isBest }) => (isBest ? `${text} *` : text)),
      uid,
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
