/** One value of a table. Integers beyond ±2^53 are bigint; a missing value is null. */
export type Value = string | number | bigint | boolean | Date | null;

export type ColumnType = 'string' | 'integer' | 'number' | 'boolean' | 'timestamp';

/** A row by column name. */
export type Row = { readonly [column: string]: Value };

export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether a value is missing anywhere. */
  readonly nullable: boolean;
}

/** Rows and named, typed columns in memory. Immutable: every method gives a new table. */
export interface Table {
  readonly slipwayType: 'table';
  readonly rowCount: number;
  readonly columns: readonly ColumnSchema[];
  /** Throws `COLUMN_NOT_FOUND` naming the nearest column. */
  column(name: string): readonly Value[];
  has(name: string): boolean;
  rows(): Row[];
  row(index: number): Row;
  select(names: readonly string[]): Table;
  drop(names: readonly string[]): Table;
  filter(predicate: (row: Row, index: number) => boolean): Table;
  /** The rows at these positions, in this order. */
  take(indices: readonly number[]): Table;
  slice(start: number, end?: number): Table;
  withColumn(name: string, values: readonly Value[], type?: ColumnType): Table;
  /** An apache-arrow Table with the same content; the type argument is `import('apache-arrow').Table`. */
  toArrow<ArrowTable = unknown>(): Promise<ArrowTable>;
  toCsv(): string;
}

export type TableFormat = 'csv' | 'tsv' | 'json' | 'ndjson' | 'arrow' | 'parquet';

export interface ReadTableOptions {
  /** Told by the file's name unless given. */
  readonly format?: TableFormat;
  /** CSV: sniffed among `,` `;` tab `|` unless given. */
  readonly delimiter?: string;
  /** Texts that mean "no value". @default ['', 'NA', 'NaN', 'null'] */
  readonly missing?: readonly string[];
  readonly columns?: readonly string[];
  /** Column types that are not to be inferred. */
  readonly types?: Readonly<Record<string, ColumnType>>;
}
