import { tableTypeMismatch } from '../errors.ts';
import type { ColumnType, Value } from '../table.ts';
import { type Column, createColumn, normaliseValue } from './column.ts';

/** The part of an apache-arrow table that is read here; any version's tables have it. */
export interface ArrowTableLike {
  readonly numRows: number;
  readonly schema: unknown;
}

interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
}

interface ArrowType {
  readonly typeId: number;
  readonly scale?: number;
  /** Time units: 0 seconds, 1 milliseconds, 2 microseconds, 3 nanoseconds. */
  readonly unit?: number;
  readonly dictionary?: ArrowType;
}

interface ArrowVector {
  get(index: number): unknown;
}

/** Whether a value is an apache-arrow table, by its shape: notebooks and bundles may hold another copy of the package. */
export function isArrowTable(value: unknown): value is ArrowTableLike {
  const table = value as { numRows?: unknown; schema?: { fields?: unknown }; getChildAt?: unknown } | null;
  return (
    typeof table === 'object' &&
    table !== null &&
    typeof table.numRows === 'number' &&
    Array.isArray(table.schema?.fields) &&
    typeof table.getChildAt === 'function'
  );
}

/** The columns of an apache-arrow table as plain values. Nested types become JSON text. */
export function arrowColumns(table: ArrowTableLike): Column[] {
  const { fields } = table.schema as { fields: readonly ArrowField[] };
  const { getChildAt } = table as unknown as { getChildAt(index: number): ArrowVector | null };
  return fields.map(({ name, type }, index) => {
    const vector = getChildAt.call(table, index);
    const read = arrowReader(name, type.dictionary ?? type);
    const values = Array.from({ length: table.numRows }, (_, row) => {
      const value = vector?.get(row);
      return value === null || value === undefined ? null : read.value(value);
    });
    return createColumn(name, read.type, values);
  });
}

interface ArrowReader {
  readonly type: ColumnType;
  readonly value: (value: unknown) => Value;
}

const typeIds = { int: 2, float: 3, utf8: 5, bool: 6, decimal: 7, date: 8, timestamp: 10, largeUtf8: 20 };

function arrowReader(name: string, type: ArrowType): ArrowReader {
  switch (type.typeId) {
    case typeIds.int:
      return { type: 'integer', value: normaliseValue };
    case typeIds.float:
      return { type: 'number', value: normaliseValue };
    case typeIds.utf8:
    case typeIds.largeUtf8:
      return { type: 'string', value: normaliseValue };
    case typeIds.bool:
      return { type: 'boolean', value: normaliseValue };
    case typeIds.decimal:
      return decimalReader(type.scale ?? 0);
    case typeIds.date:
    case typeIds.timestamp:
      return { type: 'timestamp', value: (value) => toTime(name, value) };
    default:
      return { type: 'string', value: (value) => (typeof value === 'string' ? value : renderNested(value)) };
  }
}

function decimalReader(scale: number): ArrowReader {
  const exact = (value: unknown): bigint => signedInteger(value as Uint32Array);
  return scale === 0
    ? { type: 'integer', value: (value) => normaliseValue(exact(value)) }
    : { type: 'number', value: (value) => Number(exact(value)) / 10 ** scale };
}

/** The two's complement number in little-endian 32-bit words. */
function signedInteger(words: Uint32Array): bigint {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i] ?? 0);
  return BigInt.asIntN(words.length * 32, value);
}

function toTime(column: string, value: unknown): Date {
  const time = new Date(Number(value));
  if (!Number.isNaN(time.getTime())) return time;
  throw tableTypeMismatch(`column "${column}" holds a time that lies outside the years that dates can name`, {
    hint: 'convert the column to text or numbers before it is read',
  });
}

function renderNested(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
}
