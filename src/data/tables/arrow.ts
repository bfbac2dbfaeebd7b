import type * as Arrow from 'apache-arrow';
import { messageOf } from '../../core/error.ts';
import { tableMalformed, tableTypeMismatch } from '../errors.ts';
import type { ColumnSchema, ReadTableOptions, Table, Value } from '../table.ts';
import { arrowColumns } from './arrow-columns.ts';
import { coerceColumn, createColumn } from './column.ts';
import { ColumnTable } from './column-table.ts';
import { fitsDecimal, fitsInt64 } from './integer-range.ts';
import { wantedColumns } from './wanted-columns.ts';

const load = (): Promise<typeof Arrow> => import('apache-arrow');

/** An apache-arrow table: Utf8, Int64 (Decimal128 beyond it), Float64, Bool and millisecond timestamps in UTC. */
export async function toArrowTable(table: Table): Promise<Arrow.Table> {
  const arrow = await load();
  const fields: Arrow.Field[] = [];
  const children: Arrow.Data[] = [];
  for (const schema of table.columns) {
    const { type, values } = arrowColumn(arrow, schema, table.column(schema.name));
    fields.push(new arrow.Field(schema.name, type, true));
    const vector = arrow.vectorFromArray(values as never[], type);
    children.push(vector.data[0] ?? arrow.makeData({ type, length: 0 } as never));
  }
  const schema = new arrow.Schema(fields);
  const data = arrow.makeData({
    type: new arrow.Struct(fields),
    length: table.rowCount,
    nullCount: 0,
    children,
  });
  return new arrow.Table(schema, new arrow.RecordBatch(schema, data));
}

/** Arrow IPC, file form. The same rows give the same bytes. */
export async function encodeArrow(table: Table): Promise<Uint8Array> {
  const arrow = await load();
  return arrow.tableToIPC(await toArrowTable(table), 'file');
}

/** Reads Arrow IPC, file or stream form. `source` names the file in errors. */
export async function decodeArrow(
  bytes: Uint8Array,
  source: string,
  options: ReadTableOptions,
): Promise<Table> {
  if (startsWithMagic(bytes) && !endsWithMagic(bytes))
    throw tableMalformed(`"${source}" is cut off: an Arrow file ends with "ARROW1", this one does not`, {
      hint: 'copy or download the file again',
    });
  const arrow = await load();
  let read: Arrow.Table;
  try {
    read = arrow.tableFromIPC(bytes);
  } catch (error) {
    const reason = messageOf(error);
    throw tableMalformed(`"${source}" cannot be read as Arrow IPC: ${reason}`, {
      hint: /codec|compress/i.test(reason)
        ? 'compressed Arrow buffers are not supported: write it without compression, or as Parquet'
        : 'check that it is an Arrow or Feather file and complete',
      cause: error,
    });
  }
  if (read.schema.fields.length === 0)
    throw tableMalformed(`"${source}" cannot be read as Arrow IPC: it holds no columns`, {
      hint: 'check that it is an Arrow or Feather file and complete',
    });
  const columns = arrowColumns(read);
  const names = columns.map((column) => column.schema.name);
  const wanted = wantedColumns(names, options, source).map((name) => {
    const column = columns[names.indexOf(name)] ?? createColumn(name, 'string', []);
    const told = options.types?.[name];
    return told === undefined || told === column.schema.type
      ? column
      : coerceColumn(name, column.values, told);
  });
  return new ColumnTable(wanted, read.numRows);
}

function arrowColumn(
  arrow: typeof Arrow,
  schema: ColumnSchema,
  values: readonly Value[],
): { type: Arrow.DataType; values: readonly unknown[] } {
  switch (schema.type) {
    case 'string':
      return { type: new arrow.Utf8(), values };
    case 'number':
      return {
        type: new arrow.Float64(),
        values: values.map((value) => (value === null ? null : Number(value))),
      };
    case 'boolean':
      return { type: new arrow.Bool(), values };
    case 'timestamp':
      return { type: new arrow.TimestampMillisecond('UTC'), values };
    case 'integer':
      return integerColumn(arrow, schema.name, values);
  }
}

function integerColumn(
  arrow: typeof Arrow,
  name: string,
  values: readonly Value[],
): { type: Arrow.DataType; values: readonly unknown[] } {
  const integers = values.map((value) => (value === null ? null : BigInt(value as number | bigint)));
  if (integers.every((value) => value === null || fitsInt64(value)))
    return { type: new arrow.Int64(), values: integers };
  const tooLong = integers.findIndex((value) => value !== null && !fitsDecimal(value));
  if (tooLong >= 0)
    throw tableTypeMismatch(
      `column "${name}" holds an integer of more than 38 digits at row ${tooLong + 1}, which Arrow cannot store`,
      { hint: `keep the column as text: types: { "${name}": "string" }` },
    );
  const words = integers.map((value) => (value === null ? null : toWords(value)));
  return { type: new arrow.Decimal(0, 38, 128), values: words };
}

function toWords(value: bigint): Uint32Array {
  const bits = BigInt.asUintN(128, value);
  return Uint32Array.from([0n, 32n, 64n, 96n], (shift) => Number((bits >> shift) & 0xffffffffn));
}

const magic = Buffer.from('ARROW1');
const startsWithMagic = (bytes: Uint8Array): boolean => magic.equals(bytes.subarray(0, magic.length));
const endsWithMagic = (bytes: Uint8Array): boolean => magic.equals(bytes.subarray(-magic.length));
