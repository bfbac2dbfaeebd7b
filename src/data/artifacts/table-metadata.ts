import { type Json, toJson } from '../../core/json.ts';
import { profileTable, shorten } from '../profile-table.ts';
import type { Table, TableFormat } from '../table.ts';

/** Columns whose preview and statistics a record keeps; a record is one line of the journal. */
export const describedColumns = 100;

export interface TableMetadataOptions {
  readonly format: TableFormat;
  readonly labelColumn?: string | undefined;
  /** Rows. @default 20 */
  readonly preview?: number | undefined;
  /** @default true */
  readonly statistics?: boolean | undefined;
}

/** What a record tells about a table: schema, size, first rows and statistics. */
export function tableMetadata(table: Table, options: TableMetadataOptions): Readonly<Record<string, Json>> {
  const { format, labelColumn, preview = 20, statistics = true } = options;
  const names = table.columns.map((column) => column.name);
  const described = table.select(names.slice(0, describedColumns));
  return {
    schema: table.columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    rowCount: table.rowCount,
    format,
    preview: previewOf(described, preview),
    ...(names.length > describedColumns ? { describedColumns } : {}),
    ...(labelColumn === undefined ? {} : { labelColumn }),
    ...(statistics ? { statistics: toJson(profileTable(described)) } : {}),
  };
}

function previewOf(table: Table, rows: number): Json {
  return table
    .slice(0, Math.max(0, Math.trunc(rows)))
    .rows()
    .map((row) =>
      toJson(
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            typeof value === 'string' ? shorten(value) : value,
          ]),
        ),
      ),
    );
}
