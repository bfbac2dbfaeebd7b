import { isDate } from 'node:util/types';
import { tableTypeMismatch } from '../errors.ts';
import type { ColumnSchema, ColumnType, Value } from '../table.ts';

/** A column with its values, as tables hold it. */
export interface Column {
  readonly schema: ColumnSchema;
  readonly values: readonly Value[];
}

/** How messages name a row: by its number from 1, or by the line of the file. */
export type NameRow = (index: number) => string;

export const nameRowByNumber: NameRow = (index) => `row ${index + 1}`;

/** Makes a column of values that are normal already. */
export function createColumn(name: string, type: ColumnType, values: readonly Value[]): Column {
  return { schema: { name, type, nullable: values.includes(null) }, values };
}

/**
 * Makes a column of any JavaScript values. Missing are null, undefined, NaN and invalid dates; objects become JSON text.
 * The type is that of the values, integers among decimals being numbers; any other mixture is refused.
 */
export function inferColumn(
  name: string,
  source: readonly unknown[],
  nameRow: NameRow = nameRowByNumber,
): Column {
  const values = source.map(normaliseValue);
  let type: ColumnType | undefined;
  let typedAt = 0;
  for (let i = 0; i < values.length; i++) {
    const found = typeOfValue(values[i] ?? null);
    if (found === undefined || found === type) continue;
    if (type === undefined) [type, typedAt] = [found, i];
    else if (isNumeric(type) && isNumeric(found)) type = 'number';
    else throw mixedTypes(name, [type, nameRow(typedAt)], [found, nameRow(i), values[i] ?? null]);
  }
  return createColumn(name, type ?? 'string', type === 'number' ? toNumbers(name, values, nameRow) : values);
}

/** Makes a column of the type asked for; a value that does not fit is refused naming its row. */
export function coerceColumn(
  name: string,
  source: readonly unknown[],
  type: ColumnType,
  nameRow: NameRow = nameRowByNumber,
): Column {
  const values = source.map((item, index) => {
    const value = normaliseValue(item);
    if (value === null) return null;
    const coerced = coerceValue(value, type);
    if (coerced === undefined)
      throw tableTypeMismatch(
        `column "${name}" holds ${showValue(value)} at ${nameRow(index)}, which is no ${type}`,
        { hint: `convert the value, or give the column another type: types: { "${name}": "string" }` },
      );
    return coerced;
  });
  return createColumn(name, type, values);
}

/** The type a single value has; undefined for a missing one. */
export function typeOfValue(value: Value): ColumnType | undefined {
  if (value === null) return undefined;
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return 'integer';
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'number';
    default:
      return 'timestamp';
  }
}

/** A value as tables keep it: bigint only beyond ±2^53, no NaN, no −0, no undefined. */
export function normaliseValue(value: unknown): Value {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isNaN(value) ? null : value + 0;
    case 'bigint':
      return isSafe(value) ? Number(value) : value;
    case 'object':
      return value === null ? null : normaliseObject(value);
    default:
      return null;
  }
}

function normaliseObject(value: object): Value {
  if (isDate(value)) {
    const time = value.getTime();
    return Number.isNaN(time) ? null : new Date(time);
  }
  if (value instanceof Number || value instanceof String || value instanceof Boolean)
    return normaliseValue(value.valueOf());
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
}

function coerceValue(value: Exclude<Value, null>, type: ColumnType): Value | undefined {
  if (type === 'string')
    return typeof value === 'string' ? value : isDate(value) ? value.toISOString() : String(value);
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (type === 'timestamp') {
    if (isDate(value)) return value;
    return typeof value === 'string' ? parseIsoTime(value) : undefined;
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  if (type === 'number') return Number(value);
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? value : undefined;
}

/** Turns the values of an integer column that met decimals into plain numbers, as long as none loses digits. */
export function toNumbers(name: string, values: readonly Value[], nameRow: NameRow): readonly Value[] {
  return values.map((value, index) => {
    if (typeof value !== 'bigint') return value;
    if (BigInt(Number(value)) === value) return Number(value);
    throw tableTypeMismatch(
      `column "${name}" has decimals, and at ${nameRow(index)} the integer ${value}, which a decimal number cannot hold exactly`,
      { hint: `say what it is to be: types: { "${name}": "string" } keeps the digits, "number" rounds` },
    );
  });
}

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * The instant that an ISO 8601 date or date-time names, to the millisecond; without a zone it is UTC, so that every
 * machine reads the same. Undefined for any other text and for days that do not exist.
 */
export function parseIsoTime(text: string): Date | undefined {
  const match = isoPattern.exec(text);
  if (!match) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const millisecond = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const time = new Date(0);
  time.setUTCFullYear(part(1), part(2) - 1, part(3));
  if (time.getUTCMonth() !== part(2) - 1 || time.getUTCDate() !== part(3)) return undefined;
  if (part(4) > 23 || part(5) > 59 || part(6) > 59) return undefined;
  time.setUTCHours(part(4), part(5), part(6), millisecond);
  const offset = zoneMinutes(match[8]);
  return offset === undefined ? undefined : new Date(time.getTime() - offset * 60_000);
}

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** A value as messages show it: text in quotes, shortened. */
export function showValue(value: Value): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  return isDate(value) ? value.toISOString() : String(value);
}

const isNumeric = (type: ColumnType): boolean => type === 'integer' || type === 'number';
const isSafe = (value: bigint): boolean => value <= 9007199254740991n && value >= -9007199254740991n;

function mixedTypes(
  name: string,
  [first, firstAt]: [ColumnType, string],
  [second, at, value]: [ColumnType, string, Value],
): Error {
  return tableTypeMismatch(
    `column "${name}" mixes types: ${first} at ${firstAt}, ${second} (${showValue(value)}) at ${at}`,
    { hint: `make the values alike, or ask for text: types: { "${name}": "string" }` },
  );
}
