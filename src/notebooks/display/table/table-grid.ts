import type { Table } from '../../../data/table.ts';
import { cellText, type Grid, mostColumns } from './grid.ts';

/** The first rows of a table. */
export function tableGrid(table: Table, rows: number): Grid {
  const columns = table.columns.slice(0, mostColumns);
  const head = table.slice(0, rows);
  const values = columns.map(({ name }) => head.column(name));
  return {
    columns: columns.map(({ name, type }) => ({
      name,
      type,
      isNumber: type === 'integer' || type === 'number',
    })),
    rows: Array.from({ length: head.rowCount }, (_, i) => values.map((column) => cellText(column[i]))),
    rowCount: table.rowCount,
    columnCount: table.columns.length,
  };
}
