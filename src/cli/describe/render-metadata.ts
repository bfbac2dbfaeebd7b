import type { Json } from '../../core/json.ts';
import { singleLine, truncate } from '../output/display-width.ts';
import { renderTable } from '../output/render-table.ts';
import { renderValue } from '../output/render-value.ts';
import type { Colors } from '../session.ts';

type Entry = { readonly [key: string]: Json };

/** What an artifact's kind tells about it: lists of objects as tables, the rest as `key  value` lines. */
export function renderMetadata(metadata: Readonly<Record<string, Json>>, colors: Colors): string {
  return Object.entries(metadata)
    .map(([title, value]) => `\n${renderPart(title, value, colors)}`)
    .join('');
}

function renderPart(title: string, value: Json, colors: Colors): string {
  if (isRows(value)) return `${colors.dim(title)}\n${renderRows(value, colors)}`;
  if (isEntry(value) && Object.keys(value).length > 0) {
    const rows = Object.entries(value).map(([key, item]) => ({ key, item }));
    const table = renderTable(
      rows,
      [
        { title: 'key', cell: (row) => row.key },
        { title: 'value', cell: (row) => truncate(singleLine(renderValue(row.item)), 100) },
      ],
      { heading: colors.dim },
    );
    return `${colors.dim(title)}\n${table}`;
  }
  return `${colors.dim(title)}  ${truncate(singleLine(renderValue(value)), 100)}\n`;
}

const isEntry = (value: Json): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRows = (value: Json): value is readonly Entry[] =>
  Array.isArray(value) && value.length > 0 && value.every((item: Json) => isEntry(item));

function renderRows(rows: readonly Entry[], colors: Colors): string {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return renderTable(
    rows,
    keys.map((key) => ({
      title: key,
      cell: (row: Entry) => truncate(singleLine(renderValue(row[key])), 40),
      align: rows.every((row) => typeof row[key] === 'number' || row[key] == null)
        ? ('right' as const)
        : ('left' as const),
    })),
    { heading: colors.dim },
  );
}
