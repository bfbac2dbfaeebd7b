import type { RichOutput } from '../../../core/rich-output.ts';
import type { Table } from '../../../data/table.ts';
import { html } from '../html/html.ts';
import type { Grid } from '../table/grid.ts';
import { gridShape, renderGrid, renderGridText } from '../table/render-grid.ts';
import { tableGrid } from '../table/table-grid.ts';
import { renderPanel } from './panel.ts';

/** Rows of a table that are shown. */
export const shownRows = 20;

/** A table with its shape, its columns' types and its first rows. */
export function tableOutput(table: Table, options: { readonly rows?: number } = {}): RichOutput {
  return gridOutput('Table', tableGrid(table, options.rows ?? shownRows));
}

/** The same for rows at hand. */
export function gridOutput(title: string, grid: Grid, note = ''): RichOutput {
  const facts = [gridShape(grid), note].filter((fact) => fact !== '').join(' · ');
  const body =
    grid.columns.length === 0
      ? undefined
      : html`<section class="tight"><div class="scroll">${renderGrid(grid)}</div></section>`;
  return {
    bundle: {
      'text/html': renderPanel({ title, facts, body }).markup,
      'text/plain': `${title} ${renderGridText(grid)}`,
    },
  };
}
