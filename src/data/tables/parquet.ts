import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { createUid } from '../../core/id.ts';
import { invalidTable, tableTypeMismatch } from '../errors.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { explainFileError } from '../stores/file-error.ts';
import type { ColumnSchema, Table, Value } from '../table.ts';
import { loadDuckDb, sqlName, sqlText, withDuckDb } from './duckdb.ts';
import { fitsDecimal, fitsInt64 } from './integer-range.ts';

/** Where names stand in a Parquet file whose columns cannot carry them: those that differ in case only, or are empty. */
export const namesKey = 'slipway.columns';

/**
 * Writes a table as Parquet. Settings are fixed (one thread, zstd, row groups of 122,880), so that the same rows give
 * the same bytes. `shown` is the name of the file in errors.
 */
export async function writeParquet(table: Table, file: string, shown: string = file): Promise<void> {
  if (table.columns.length === 0)
    throw invalidTable('a table without columns cannot be written as Parquet', {
      hint: 'give the table at least one column',
    });
  const columns = table.columns.map((schema) => parquetColumn(schema, table.column(schema.name)));
  await withDuckDb(async (connection) => {
    const definition = columns.map((column, index) => `c${index} ${column.type}`).join(', ');
    await connection.run(`CREATE TEMP TABLE exported (${definition})`);
    try {
      await appendRows(connection, columns, table.rowCount);
      await connection.run(copyStatement(table.columns, file));
    } catch (error) {
      throw explainFileError(nameNativeError(error), shown);
    }
  });
}

interface ParquetColumn {
  readonly type: DuckDBType;
  readonly values: readonly Value[];
  readonly convert: (value: Exclude<Value, null>) => DuckDBValue;
}

const chunkRows = 2048;

async function appendRows(
  connection: DuckDBConnection,
  columns: readonly ParquetColumn[],
  rowCount: number,
): Promise<void> {
  const { DuckDBDataChunk } = loadDuckDb();
  const appender = await connection.createAppender('exported');
  const types = columns.map((column) => column.type);
  for (let start = 0; start < rowCount; start += chunkRows) {
    const end = Math.min(rowCount, start + chunkRows);
    const chunk = DuckDBDataChunk.create(types, end - start);
    columns.forEach(({ values, convert }, index) => {
      const part = values.slice(start, end).map((value) => (value === null ? null : convert(value)));
      chunk.setColumnValues(index, part);
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function parquetColumn(schema: ColumnSchema, values: readonly Value[]): ParquetColumn {
  const duckdb = loadDuckDb();
  switch (schema.type) {
    case 'string':
      return { type: duckdb.VARCHAR, values, convert: (value) => value as string };
    case 'number':
      return { type: duckdb.DOUBLE, values, convert: Number };
    case 'boolean':
      return { type: duckdb.BOOLEAN, values, convert: (value) => value as boolean };
    case 'timestamp':
      return {
        type: duckdb.TIMESTAMP,
        values,
        convert: (value) => new duckdb.DuckDBTimestampValue(BigInt((value as Date).getTime()) * 1000n),
      };
    case 'integer':
      return integerColumn(schema.name, values);
  }
}

/** 64-bit integers; decimals of 38 digits where those do not suffice. */
function integerColumn(name: string, values: readonly Value[]): ParquetColumn {
  const { BIGINT, DECIMAL, DuckDBDecimalValue } = loadDuckDb();
  if (values.every((value) => typeof value !== 'bigint' || fitsInt64(value)))
    return { type: BIGINT, values, convert: (value) => BigInt(value as number | bigint) };
  const tooLong = values.findIndex((value) => typeof value === 'bigint' && !fitsDecimal(value));
  if (tooLong >= 0)
    throw tableTypeMismatch(
      `column "${name}" holds an integer of more than 38 digits at row ${tooLong + 1}, which Parquet cannot store`,
      { hint: `keep the column as text: types: { "${name}": "string" }` },
    );
  const convert = (value: Exclude<Value, null>): DuckDBValue =>
    new DuckDBDecimalValue(BigInt(value as number | bigint), 38, 0);
  return { type: DECIMAL(38, 0), values, convert };
}

function copyStatement(columns: readonly ColumnSchema[], file: string): string {
  const names = columns.map((column) => column.name);
  const distinct = new Set(names.map((name) => name.toLowerCase())).size === names.length;
  const plain = distinct && !names.includes('') && !names.some((name) => name.includes('\0'));
  const selected = names.map((name, index) => `c${index} AS ${sqlName(plain ? name : `c${index}`)}`);
  const settings = [
    'FORMAT parquet',
    'COMPRESSION zstd',
    'ROW_GROUP_SIZE 122880',
    ...(plain ? [] : [`KV_METADATA {${sqlName(namesKey)}: ${sqlText(JSON.stringify(names))}}`]),
  ];
  return `COPY (SELECT ${selected.join(', ')} FROM exported) TO ${sqlText(file)} (${settings.join(', ')})`;
}

const nativeReasons: readonly (readonly [RegExp, string])[] = [
  [/no space left/i, 'ENOSPC'],
  [/quota/i, 'EDQUOT'],
  [/permission denied|read-only file system/i, 'EACCES'],
  [/no such file/i, 'ENOENT'],
  [/is a directory/i, 'EISDIR'],
];

/** DuckDB tells errors of the file system as text only; this gives them the code that Node would. */
function nameNativeError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  const code = nativeReasons.find(([pattern]) => pattern.test(message))?.[1];
  return code === undefined ? error : Object.assign(new Error(message, { cause: error }), { code });
}

/** The bytes of a table as Parquet. */
export async function encodeParquet(table: Table): Promise<Uint8Array> {
  const file = path.join(scratchDirectory(), `${createUid()}.parquet`);
  try {
    await writeParquet(table, file);
    return await readFile(file);
  } finally {
    await rm(file, { force: true });
  }
}
