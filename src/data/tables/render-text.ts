import type { Table, Value } from '../table.ts';

const shownRows = 5;
const widest = 24;

/** A table as the console shows it: its size, its columns with types, and the first rows. */
export function renderTableText(table: Table): string {
  const title = `Table ${table.rowCount} ${table.rowCount === 1 ? 'row' : 'rows'} × ${table.columns.length} columns`;
  if (table.columns.length === 0) return title;
  const head = table.slice(0, shownRows);
  const cells = table.columns.map((column) => {
    const texts = [column.name, column.type, ...head.column(column.name).map(renderCell)].map(shorten);
    const width = Math.max(...texts.map((text) => text.length));
    const right = column.type === 'integer' || column.type === 'number';
    return texts.map((text) => (right ? text.padStart(width) : text.padEnd(width)));
  });
  const lines = Array.from({ length: head.rowCount + 2 }, (_, line) =>
    cells
      .map((column) => column[line] ?? '')
      .join('  ')
      .trimEnd(),
  );
  const more = table.rowCount - head.rowCount;
  return [title, ...lines, ...(more > 0 ? [`… ${more} more`] : [])].join('\n');
}

function renderCell(value: Value): string {
  if (value === null) return '–';
  if (value instanceof Date) return value.toISOString();
  return String(value).replaceAll(/\s+/g, ' ');
}

const shorten = (text: string): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text);
