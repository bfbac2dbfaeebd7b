import { renderCount } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import type { Grid, GridCell } from './grid.ts';

/** Names, types and rows. Numbers stand with their digits below each other, missing values as a dash. */
export function renderGrid({ columns, rows }: Grid): Html {
  const side = (isNumber: boolean): string => (isNumber ? 'n' : '');
  const names = columns.map(({ name, isNumber }) => html`<th class="${side(isNumber)}">${name}</th>`);
  const types = columns.map(({ type, isNumber }) => html`<th class="${side(isNumber)}">${type}</th>`);
  const cell = (value: GridCell, column: number): Html =>
    value === undefined
      ? html`<td class="none ${side(columns[column]?.isNumber ?? false)}">–</td>`
      : html`<td class="${side(columns[column]?.isNumber ?? false)}">${value}</td>`;
  const body = rows.map((row) => html`<tr>${row.map(cell)}</tr>`);
  return html`<table class="grid"><thead><tr class="names">${names}</tr><tr class="types">${types}</tr></thead><tbody>${body}</tbody></table>`;
}

/** `344 rows × 7 columns`, and how many of them are shown. */
export function gridShape({ rows, columns, rowCount, columnCount }: Grid): string {
  const shape = `${renderCount(rowCount)} ${rowCount === 1 ? 'row' : 'rows'} × ${columnCount} ${columnCount === 1 ? 'column' : 'columns'}`;
  const cut = [
    ...(rows.length < rowCount ? [`first ${rows.length} rows`] : []),
    ...(columns.length < columnCount ? [`first ${columns.length} columns`] : []),
  ];
  return cut.length === 0 ? shape : `${shape}, ${cut.join(' and ')} shown`;
}

/** The same for a terminal: aligned columns below the shape. */
export function renderGridText(grid: Grid): string {
  const columns = grid.columns.map(({ name, type, isNumber }, at) => {
    const texts = [name, type, ...grid.rows.map((row) => row[at] ?? '–')].map(clip);
    const width = Math.max(...texts.map((text) => text.length));
    return texts.map((text) => (isNumber ? text.padStart(width) : text.padEnd(width)));
  });
  const lines = Array.from({ length: grid.rows.length + 2 }, (_, line) =>
    columns
      .map((column) => column[line] ?? '')
      .join('  ')
      .trimEnd(),
  );
  return [gridShape(grid), ...(columns.length === 0 ? [] : lines)].join('\n');
}

const widest = 30;

const clip = (text: string): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text);
