import { nearestName } from '../../core/nearest-name.ts';
import { columnNotFound, invalidTable, rowNotFound } from '../errors.ts';
import { printAs } from '../print-as.ts';
import type { ColumnSchema, ColumnType, Row, Table, Value } from '../table.ts';
import { type Column, coerceColumn, createColumn, inferColumn } from './column.ts';
import { renderCsv } from './render-csv.ts';
import { renderTableText } from './render-text.ts';

/** The one implementation of `Table`: immutable columns in memory. */
export class ColumnTable implements Table {
  readonly slipwayType = 'table' as const;
  readonly rowCount: number;
  readonly columns: readonly ColumnSchema[];
  readonly #columns: ReadonlyMap<string, Column>;
  #arrow: Promise<unknown> | undefined;

  constructor(columns: readonly Column[], rowCount: number = columns[0]?.values.length ?? 0) {
    this.rowCount = rowCount;
    this.columns = Object.freeze(columns.map((column) => Object.freeze(column.schema)));
    this.#columns = new Map(columns.map((column) => [column.schema.name, column]));
    if (this.#columns.size !== columns.length) throw duplicateColumn(this.columns);
    for (const { schema, values } of columns)
      if (values.length !== rowCount)
        throw invalidTable(
          `column "${schema.name}" has ${values.length} values where the table has ${rowCount} rows`,
          { hint: 'give every column the same number of values' },
        );
  }

  static {
    printAs(ColumnTable.prototype, renderTableText);
  }

  column(name: string): readonly Value[] {
    return this.#get(name).values;
  }

  has(name: string): boolean {
    return this.#columns.has(name);
  }

  rows(): Row[] {
    return Array.from({ length: this.rowCount }, (_, index) => this.#row(index));
  }

  row(index: number): Row {
    this.#check(index);
    return this.#row(index);
  }

  select(names: readonly string[]): Table {
    return new ColumnTable(
      names.map((name) => this.#get(name)),
      this.rowCount,
    );
  }

  drop(names: readonly string[]): Table {
    for (const name of names) this.#get(name);
    return this.select(this.columns.map((column) => column.name).filter((name) => !names.includes(name)));
  }

  filter(predicate: (row: Row, index: number) => boolean): Table {
    const kept: number[] = [];
    for (let i = 0; i < this.rowCount; i++) if (predicate(this.#row(i), i)) kept.push(i);
    return this.take(kept);
  }

  take(indices: readonly number[]): Table {
    for (const index of indices) this.#check(index);
    return this.#derive((values) => indices.map((index) => values[index] ?? null), indices.length);
  }

  slice(start: number, end?: number): Table {
    const count = Array.from({ length: this.rowCount }, () => 0).slice(start, end).length;
    return this.#derive((values) => values.slice(start, end), count);
  }

  withColumn(name: string, values: readonly Value[], type?: ColumnType): Table {
    const added = type === undefined ? inferColumn(name, values) : coerceColumn(name, values, type);
    const kept = [...this.#columns.values()];
    const at = kept.findIndex((column) => column.schema.name === name);
    if (at < 0) kept.push(added);
    else kept[at] = added;
    return new ColumnTable(kept, this.columns.length ? this.rowCount : values.length);
  }

  toArrow<ArrowTable = unknown>(): Promise<ArrowTable> {
    this.#arrow ??= import('./arrow.ts').then((arrow) => arrow.toArrowTable(this));
    return this.#arrow as Promise<ArrowTable>;
  }

  toCsv(): string {
    return renderCsv(this, ',');
  }

  /** Short form for JSON: what it is, not what it holds. */
  toJSON(): { slipwayType: 'table'; rowCount: number; columns: readonly ColumnSchema[] } {
    return { slipwayType: 'table', rowCount: this.rowCount, columns: this.columns };
  }

  #get(name: string): Column {
    const column = this.#columns.get(name);
    if (column) return column;
    const near = nearestName(name, this.#columns.keys());
    throw columnNotFound(`the table has no column "${name}"`, {
      hint: near
        ? `did you mean "${near}"?`
        : `it has: ${[...this.#columns.keys()].map((known) => `"${known}"`).join(', ') || 'no columns'}`,
    });
  }

  #check(index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.rowCount) return;
    throw rowNotFound(`the table has no row ${index}`, {
      hint: this.rowCount ? `rows are numbered from 0 to ${this.rowCount - 1}` : 'it has no rows',
    });
  }

  #row(index: number): Row {
    const row: Record<string, Value> = {};
    for (const [name, column] of this.#columns) {
      const value = column.values[index] ?? null;
      if (name === '__proto__')
        Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
      else row[name] = value;
    }
    return row;
  }

  #derive(change: (values: readonly Value[]) => readonly Value[], rowCount: number): Table {
    const columns = [...this.#columns.values()].map(({ schema, values }) =>
      createColumn(schema.name, schema.type, change(values)),
    );
    return new ColumnTable(columns, rowCount);
  }
}

function duplicateColumn(columns: readonly ColumnSchema[]): Error {
  const names = columns.map((column) => column.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return invalidTable(`the table would have two columns "${twice}"`, {
    hint: 'give each column its own name',
  });
}
