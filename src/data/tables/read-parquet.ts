import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { tableMalformed, tableTypeMismatch } from '../errors.ts';
import type { ColumnType, ReadTableOptions, Table, Value } from '../table.ts';
import { coerceColumn, createColumn, normaliseValue } from './column.ts';
import { ColumnTable } from './column-table.ts';
import { sqlName, sqlPath, sqlText, withDuckDb } from './duckdb.ts';
import { namesKey } from './parquet.ts';
import { wantedColumns } from './wanted-columns.ts';

/** Reads a Parquet file. `source` names it in errors. Nested values become JSON text, binary ones base64. */
export async function readParquet(file: string, source: string, options: ReadTableOptions): Promise<Table> {
  return await withDuckDb(async (connection) => {
    const described = await describe(connection, file, source);
    const names = described.map((column) => column.name);
    const wanted = wantedColumns(names, options, source)
      .map((name) => described[names.indexOf(name)])
      .filter((column) => column !== undefined);
    const selected = wanted.map((column, index) => `${column.expression} AS c${index}`).join(', ') || 'NULL';
    const values = await query(connection, `SELECT ${selected} FROM ${scan(file)}`, source);
    const columns = wanted.map(({ name, type }, index) => {
      const plain = (values[index] ?? []).map((value) => toValue(value, name, type));
      const told = options.types?.[name];
      return told === undefined || told === type
        ? createColumn(name, type, plain)
        : coerceColumn(name, plain, told);
    });
    return new ColumnTable(columns, values[0]?.length ?? 0);
  });
}

interface ParquetColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** SQL that gives the column in a form that `toValue` understands. */
  readonly expression: string;
}

const scan = (file: string): string => `read_parquet(${sqlPath(file)}, hive_partitioning = false)`;

async function describe(
  connection: DuckDBConnection,
  file: string,
  source: string,
): Promise<readonly ParquetColumn[]> {
  const [names = [], types = []] = await query(connection, `DESCRIBE SELECT * FROM ${scan(file)}`, source);
  const stored = await storedNames(connection, file, source);
  return names.map((sql, index) => {
    const own = stored?.length === names.length ? stored[index] : undefined;
    return { name: own ?? String(sql), ...columnRule(sqlName(String(sql)), String(types[index])) };
  });
}

async function storedNames(
  connection: DuckDBConnection,
  file: string,
  source: string,
): Promise<readonly string[] | undefined> {
  const sql = `SELECT decode(value) FROM parquet_kv_metadata(${sqlPath(file)}) WHERE decode(key) = ${sqlText(namesKey)}`;
  const [found] = await query(connection, sql, source);
  return typeof found?.[0] === 'string' ? (JSON.parse(found[0]) as string[]) : undefined;
}

function columnRule(name: string, type: string): { type: ColumnType; expression: string } {
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/.test(type))
    return { type: 'integer', expression: name };
  if (/^DECIMAL\(\d+,0\)$/.test(type)) return { type: 'integer', expression: `CAST(${name} AS HUGEINT)` };
  if (/^(DECIMAL|FLOAT|DOUBLE)/.test(type) && !type.endsWith(']'))
    return { type: 'number', expression: `CAST(${name} AS DOUBLE)` };
  if (type === 'BOOLEAN') return { type: 'boolean', expression: name };
  if (type === 'DATE' || /^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/.test(type))
    return { type: 'timestamp', expression: `epoch_ms(${name})` };
  if (type === 'BLOB') return { type: 'string', expression: `base64(${name})` };
  if (/\]$|^(STRUCT|MAP|UNION)/.test(type))
    return { type: 'string', expression: `CAST(to_json(${name}) AS VARCHAR)` };
  return { type: 'string', expression: `CAST(${name} AS VARCHAR)` };
}

function toValue(value: DuckDBValue, column: string, type: ColumnType): Value {
  if (value === null) return null;
  if (type !== 'timestamp') return normaliseValue(value);
  const time = new Date(Number(value));
  if (!Number.isNaN(time.getTime())) return time;
  throw tableTypeMismatch(`column "${column}" holds a time that lies outside the years that dates can name`, {
    hint: 'convert the column to text or numbers before it is read',
  });
}

async function query(
  connection: DuckDBConnection,
  sql: string,
  source: string,
): Promise<readonly DuckDBValue[][]> {
  try {
    const result = await connection.run(sql);
    const columns: DuckDBValue[][] = Array.from({ length: result.columnCount }, () => []);
    for (const chunk of await result.fetchAllChunks())
      columns.forEach((values, index) => {
        for (const value of chunk.getColumnValues(index)) values.push(value);
      });
    return columns;
  } catch (error) {
    throw malformed(error, source);
  }
}

function malformed(error: unknown, source: string): Error {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  const cutOff = /no magic bytes|too small|footer|out of|exceed|end of file|corrupt|read|thrift/i.test(
    message,
  );
  const reason = /no magic bytes|too small/i.test(message)
    ? 'it does not end as a Parquet file must'
    : message.replace(/^[A-Za-z ]*Error: /, '').replaceAll(/'?\/[^' ]*'?/g, 'the file');
  return tableMalformed(`"${source}" cannot be read as Parquet: ${reason}`, {
    hint: cutOff
      ? 'it is cut off, damaged, or another format: copy or download it again'
      : 'check how the file was written',
    details: { file: source },
    cause: error,
  });
}
