import { datasetEmpty, tableMalformed, tableTypeMismatch } from '../errors.ts';
import type { ColumnType, ReadTableOptions, Row, Table } from '../table.ts';
import {
  type Column,
  coerceColumn,
  createColumn,
  inferColumn,
  normaliseValue,
  parseIsoTime,
  showValue,
  typeOfValue,
} from './column.ts';
import { ColumnTable } from './column-table.ts';
import { decodeText } from './decode-text.ts';
import { JsonSyntaxError, parseExactJson } from './parse-json.ts';
import { inferenceRows } from './text-column.ts';
import { wantedColumns } from './wanted-columns.ts';

/** Reads a JSON array of objects. */
export function decodeJson(bytes: Uint8Array, source: string, options: ReadTableOptions): Table {
  const text = decodeText(bytes, source);
  refuseEmpty(text, source);
  const value = parseAt(text, source, 1);
  if (!Array.isArray(value))
    throw tableMalformed(`"${source}" holds no table: its JSON is not an array of objects`, {
      hint: 'write one object a row: [{ "a": 1 }, { "a": 2 }]',
    });
  return tableOfRecords(value, source, options, (index) => `element ${index + 1}`);
}

/** Reads one JSON object a line; blank lines are skipped. */
export function decodeNdjson(bytes: Uint8Array, source: string, options: ReadTableOptions): Table {
  const text = decodeText(bytes, source);
  refuseEmpty(text, source);
  const records: unknown[] = [];
  const lines: number[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    records.push(parseAt(line, source, index + 1));
    lines.push(index + 1);
  });
  return tableOfRecords(records, source, options, (index) => `line ${lines[index] ?? index + 1}`);
}

/** Rows as JSON values: a time as ISO 8601, an infinity as text, any integer with all its digits. */
export function encodeJson(table: Table): string {
  const rows = table.rows().map(encodeRow);
  return rows.length ? `[\n${rows.join(',\n')}\n]\n` : '[]\n';
}

export function encodeNdjson(table: Table): string {
  return table
    .rows()
    .map((row) => `${encodeRow(row)}\n`)
    .join('');
}

function encodeRow(row: Row): string {
  const entries = Object.entries(row).map(([name, value]) => {
    const infinite = typeof value === 'number' && !Number.isFinite(value);
    const text =
      typeof value === 'bigint' ? value.toString() : JSON.stringify(infinite ? String(value) : value);
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${entries.join(',')}}`;
}

function refuseEmpty(text: string, source: string): void {
  if (text.trim() === '')
    throw datasetEmpty(`"${source}" is empty: it has no columns and no rows`, {
      hint: 'an empty table is written as []',
    });
}

function parseAt(text: string, source: string, firstLine: number): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const before = text.slice(0, error.offset).split('\n');
    const line = firstLine + before.length - 1;
    const column = (before.at(-1) ?? '').length + 1;
    const lines = text.trimStart().startsWith('{') && error.message.startsWith('more text');
    throw tableMalformed(`"${source}", line ${line}, column ${column}: ${error.message}`, {
      hint: lines
        ? "a file with one object a line is NDJSON: name it .ndjson or give format: 'ndjson'"
        : 'correct the JSON at this place',
      details: { file: source, line, column },
      cause: error,
    });
  }
}

function tableOfRecords(
  records: readonly unknown[],
  source: string,
  options: ReadTableOptions,
  place: (index: number) => string,
): Table {
  const columns = new Map<string, unknown[]>();
  records.forEach((record, index) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw tableMalformed(`"${source}", ${place(index)}: a row must be an object`, {
        hint: 'write one object a row, such as { "a": 1 }',
      });
    for (const [name, value] of Object.entries(record)) {
      let values = columns.get(name);
      if (!values) {
        values = new Array<unknown>(records.length).fill(null);
        columns.set(name, values);
      }
      values[index] = value;
    }
  });
  const names = wantedColumns([...columns.keys()], options, source);
  const nameRow = (index: number): string => `${place(index)} of "${source}"`;
  const missing = new Set(options.missing ?? []);
  return new ColumnTable(
    names.map((name) => {
      const values = (columns.get(name) ?? []).map((value) =>
        typeof value === 'string' && missing.has(value) ? null : value,
      );
      return jsonColumn(name, values, options.types?.[name], nameRow);
    }),
    records.length,
  );
}

/** A column of JSON values: ISO 8601 texts become times if all are, the texts `NaN` and `Infinity` among numbers are numbers. */
function jsonColumn(
  name: string,
  source: readonly unknown[],
  told: ColumnType | undefined,
  nameRow: (index: number) => string,
): Column {
  const values = source.map(normaliseValue);
  if (told !== undefined)
    return coerceColumn(name, told === 'number' ? values.map(asNumber) : values, told, nameRow);
  const types = new Set(
    values
      .slice(0, inferenceRows)
      .map(typeOfValue)
      .filter((type) => type !== undefined),
  );
  if (types.has('integer') || types.has('number')) {
    const numbers = values.map(asNumber);
    const texts = numbers.slice(0, inferenceRows).some((value) => typeof value === 'string');
    if (!texts) return inferColumn(name, numbers, nameRow);
  }
  if (types.size > 1 && types.has('string')) return coerceColumn(name, values, 'string', nameRow);
  if (types.size === 1 && types.has('string')) return textColumn(name, values, nameRow);
  return inferColumn(name, values, nameRow);
}

const special: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };

const asNumber = (value: unknown): unknown =>
  typeof value === 'string' && Object.hasOwn(special, value) ? special[value] : value;

function textColumn(
  name: string,
  values: readonly ReturnType<typeof normaliseValue>[],
  nameRow: (index: number) => string,
): Column {
  const sample = values.slice(0, inferenceRows).filter((value) => value !== null);
  const isTime = (value: unknown): boolean => typeof value === 'string' && parseIsoTime(value) !== undefined;
  if (!sample.every(isTime)) return inferColumn(name, values, nameRow);
  const times = values.map((value, index) => {
    if (value === null) return null;
    const time = typeof value === 'string' ? parseIsoTime(value) : undefined;
    if (time) return time;
    throw tableTypeMismatch(
      `${nameRow(index)}: column "${name}" holds ${showValue(value)} where the first ${inferenceRows} rows hold times`,
      { hint: `read the column as text: types: { "${name}": "string" }` },
    );
  });
  return createColumn(name, 'timestamp', times);
}
