import { invalidTable } from './errors.ts';
import type { ColumnType, Table } from './table.ts';
import { type ArrowTableLike, arrowColumns, isArrowTable } from './tables/arrow-columns.ts';
import { type Column, coerceColumn, inferColumn } from './tables/column.ts';
import { ColumnTable } from './tables/column-table.ts';

/** Columns by name, all of the same length. */
export interface ColumnSource {
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

export interface CreateTableOptions {
  /** Column types that are not to be inferred. */
  readonly types?: Readonly<Record<string, ColumnType>>;
}

/**
 * A table of row objects, of columns, or of an apache-arrow table; a `Table` comes back as it is. Columns stand in the order in which rows
 * first name them; what a row does not name is missing. null, undefined and NaN are missing.
 * Throws `INVALID_TABLE` and `TABLE_TYPE_MISMATCH` naming column and row.
 *
 * @example createTable([{ species: 'Adelie', mass: 3750 }, { species: 'Gentoo', mass: null }])
 */
export function createTable(
  source: readonly object[] | ColumnSource | ArrowTableLike | Table,
  options: CreateTableOptions = {},
): Table {
  if (isTable(source)) return source;
  if (isArrowTable(source)) return new ColumnTable(arrowColumns(source), source.numRows);
  const make = (name: string, values: readonly unknown[]): Column => {
    const type = options.types?.[name];
    return type === undefined ? inferColumn(name, values) : coerceColumn(name, values, type);
  };
  if (Array.isArray(source)) return tableOfRows(source as readonly unknown[], make);
  const columns = (source as Partial<ColumnSource> | null)?.columns;
  if (typeof columns !== 'object' || columns === null)
    throw invalidTable(`a table cannot be made of a value ${describe(source)}`, {
      hint: 'give an array of row objects, { columns: { name: values } }, or an apache-arrow table',
    });
  return new ColumnTable(
    Object.entries(columns).map(([name, values]) => make(name, checkArray(name, values))),
  );
}

/** Whether a value is a Slipway table, of whatever copy of the package. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && (value as Partial<Table>).slipwayType === 'table';
}

function tableOfRows(
  rows: readonly unknown[],
  make: (name: string, values: readonly unknown[]) => Column,
): Table {
  const columns = new Map<string, unknown[]>();
  rows.forEach((row, index) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw invalidTable(`row ${index + 1} of the table is ${describe(row)}, not an object`, {
        hint: 'give an array of objects such as [{ a: 1, b: "x" }]',
      });
    for (const [name, value] of Object.entries(row)) {
      let values = columns.get(name);
      if (!values) {
        values = new Array<unknown>(rows.length).fill(null);
        columns.set(name, values);
      }
      values[index] = value;
    }
  });
  return new ColumnTable(
    [...columns].map(([name, values]) => make(name, values)),
    rows.length,
  );
}

function checkArray(name: string, values: unknown): readonly unknown[] {
  if (Array.isArray(values)) return values;
  if (ArrayBuffer.isView(values) && !(values instanceof DataView))
    return Array.from(values as unknown as Iterable<unknown>);
  throw invalidTable(`column "${name}" is ${describe(values)}, not an array`, {
    hint: 'give each column as an array of values',
  });
}

const describe = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
