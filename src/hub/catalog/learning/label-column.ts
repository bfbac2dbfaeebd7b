import type { DataItem, Table, Value } from 'slipway';
import { labelColumnNotFound, labelNotNamed } from './errors.ts';

/** Name of the label column that a data item carries (a dataset logged with `labelColumn`), if it does. */
export function labelColumnOf(data: DataItem): string | undefined {
  const { labelColumn } = data as { labelColumn?: unknown };
  return typeof labelColumn === 'string' ? labelColumn : undefined;
}

/** The label column: the one named, else the one that the data (or a model) carries. It must be in the table. */
export function requireLabel(table: Table, data: DataItem, named?: string, fallback?: string): string {
  const label = named ?? labelColumnOf(data) ?? fallback;
  const columns = table.columns.map((column) => column.name).join(', ');
  if (label === undefined)
    throw labelNotNamed(`"${data.name}" does not say which column is its label`, {
      hint: `name it with the parameter label; its columns are ${columns}`,
    });
  if (!table.has(label))
    throw labelColumnNotFound(`"${data.name}" has no label column "${label}"`, {
      hint: `its columns are ${columns}`,
    });
  return label;
}

/** A value of a label column as the name of its class. */
export function className(value: Value): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

/** The classes of a label column, missing values apart: numbers in numeric order, all else by code unit. */
export function classesOf(values: readonly Value[]): string[] {
  const present = values.filter((value) => value !== null);
  const names = [...new Set(present.map(className))];
  const numeric = present.every((value) => typeof value === 'number' || typeof value === 'bigint');
  return numeric
    ? names.sort((a, b) => Number(a) - Number(b))
    : names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
