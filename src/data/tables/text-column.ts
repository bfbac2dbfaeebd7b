import { tableTypeMismatch } from '../errors.ts';
import type { ColumnType, Value } from '../table.ts';
import { type Column, createColumn, showValue, toNumbers } from './column.ts';
import { classifyText, parseTextValue, widenType } from './text-value.ts';

/** A field of a text file; `QuotedText` where it stood in quotes and looks like a missing value. */
export type TextField = string | QuotedText;

/** A quoted field that would mean "no value" without its quotes: a text column keeps it as text. */
export class QuotedText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface TextColumnOptions {
  readonly missing: ReadonlySet<string>;
  /** A type that is not to be inferred. */
  readonly type: ColumnType | undefined;
  /** Where a row stands, for messages: `line 12`. */
  readonly nameRow: (index: number) => string;
  /** The file, for messages. */
  readonly source: string;
}

/** Rows that decide a column's type. */
export const inferenceRows = 1000;

/**
 * Makes a typed column of texts. The first 1000 rows decide the type (where they have no value: the first 1000 values);
 * an integer column that meets decimals later becomes one of numbers, anything else that does not fit is refused.
 */
export function parseTextColumn(
  name: string,
  fields: readonly TextField[],
  options: TextColumnOptions,
): Column {
  const texts = fields.map((field) => presentText(field, options.missing));
  const type = options.type ?? inferTextType(texts);
  if (type === 'string') {
    const values = texts.map((text, i) => (text === null ? quotedText(fields[i]) : text));
    return createColumn(name, type, values);
  }
  return parseTexts(name, texts, type, options);
}

/** The type of a column by its first texts. */
export function inferTextType(texts: readonly (string | null)[]): ColumnType {
  let sample = texts.slice(0, inferenceRows).filter((text) => text !== null);
  if (sample.length === 0) sample = texts.filter((text) => text !== null).slice(0, inferenceRows);
  let type: ColumnType | undefined;
  for (const text of sample) {
    type = widenType(type, classifyText(text.trim()));
    if (type === 'string') break;
  }
  return type ?? 'string';
}

function parseTexts(
  name: string,
  texts: readonly (string | null)[],
  first: ColumnType,
  options: TextColumnOptions,
): Column {
  const told = options.type !== undefined;
  let type = first;
  const values = texts.map((text, index): Value => {
    if (text === null) return null;
    const trimmed = text.trim();
    const value = parseTextValue(trimmed, type, told);
    if (value !== undefined) return value;
    const wider = type === 'integer' && !told ? parseTextValue(trimmed, 'number', told) : undefined;
    if (wider === undefined) throw misfit(name, text, type, index, options);
    type = 'number';
    return wider;
  });
  return createColumn(name, type, type === 'number' ? roundOrRefuse(name, values, options) : values);
}

function roundOrRefuse(name: string, values: readonly Value[], options: TextColumnOptions): readonly Value[] {
  if (options.type === 'number')
    return values.map((value) => (typeof value === 'bigint' ? Number(value) : value));
  return toNumbers(name, values, (index) => `${options.nameRow(index)} of "${options.source}"`);
}

function presentText(field: TextField, missing: ReadonlySet<string>): string | null {
  if (typeof field !== 'string') return null;
  if (missing.has(field)) return null;
  const padded = field.charCodeAt(0) <= 32 || field.charCodeAt(field.length - 1) <= 32;
  return padded && missing.has(field.trim()) ? null : field;
}

const quotedText = (field: TextField | undefined): string | null =>
  field instanceof QuotedText ? field.text : null;

function misfit(
  name: string,
  text: string,
  type: ColumnType,
  index: number,
  { source, nameRow, type: told }: TextColumnOptions,
): Error {
  const where = `"${source}", ${nameRow(index)}: column "${name}"`;
  const message = told
    ? `${where} holds ${showValue(text)}, which is no ${type}`
    : `${where} holds ${showValue(text)} where the first ${inferenceRows} rows hold type ${type}`;
  return tableTypeMismatch(message, {
    hint: `correct the value, list it under "missing", or read the column as text: types: { "${name}": "string" }`,
    details: { file: source, column: name, value: text, row: index },
  });
}
