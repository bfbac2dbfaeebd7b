import type { Table } from 'slipway';
import { classesOf, className } from '../learning/label-column.ts';
import { classColor } from '../plots/palette.ts';

/** The classes of a label column, for colouring. */
export interface Classes {
  readonly label: string;
  readonly names: readonly string[];
  /** Position of each row's class; −1 where it is missing. */
  readonly ofRow: readonly number[];
  readonly counts: readonly number[];
}

/** More than this many numbers are a quantity, not classes. */
const maxNumericClasses = 20;

/** The classes of the label column; undefined without one, or when it holds a quantity. */
export function findClasses(table: Table, label: string | undefined): Classes | undefined {
  if (label === undefined) return undefined;
  const values = table.column(label);
  const names = classesOf(values);
  const type = table.columns.find((column) => column.name === label)?.type;
  const isText = type === 'string' || type === 'boolean';
  if (names.length === 0 || names.length > (isText ? table.rowCount / 2 : maxNumericClasses))
    return undefined;
  const position = new Map(names.map((name, i) => [name, i]));
  const ofRow = values.map((value) => (value === null ? -1 : (position.get(className(value)) ?? -1)));
  const counts = names.map((_, i) => ofRow.filter((own) => own === i).length);
  return { label, names, ofRow, counts };
}

/** Colours can be told apart for this many classes; plots of more are drawn in one colour. */
export const maxColors = 8;

export interface ClassLegendEntry {
  readonly name: string;
  readonly color: string;
}

export function classLegend(classes: Classes | undefined): ClassLegendEntry[] {
  return classes && classes.names.length <= maxColors
    ? classes.names.map((name, i) => ({ name, color: classColor(i) }))
    : [];
}

/** Classes of some of the rows, in their order. */
export function takeClasses(classes: Classes | undefined, rows: readonly number[]): Classes | undefined {
  return classes && { ...classes, ofRow: rows.map((row) => classes.ofRow[row] ?? -1) };
}
