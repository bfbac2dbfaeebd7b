import type { ColumnType, Value } from '../table.ts';
import { parseIsoTime } from './column.ts';

const integerPattern = /^[+-]?(?:0|[1-9]\d*)$/;
const numberPattern = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const anyIntegerPattern = /^[+-]?\d+$/;
const anyNumberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinityPattern = /^([+-]?)(?:inf|infinity)$/i;
const booleanPattern = /^(?:true|false)$/i;

/** The type that a text alone suggests. Digits after a leading zero (`007`) are text, not a number. */
export function classifyText(text: string): ColumnType {
  if (integerPattern.test(text)) return 'integer';
  if (parseNumber(text, numberPattern) !== undefined) return 'number';
  if (booleanPattern.test(text)) return 'boolean';
  if (text.charAt(4) === '-' && parseIsoTime(text)) return 'timestamp';
  return 'string';
}

/** The type of a column in which both types occur. */
export function widenType(type: ColumnType | undefined, other: ColumnType): ColumnType {
  if (type === undefined || type === other) return other;
  const numeric = (type === 'integer' && other === 'number') || (type === 'number' && other === 'integer');
  return numeric ? 'number' : 'string';
}

/**
 * The value of a text in a column of this type, or undefined where it is none. `lenient`, for types that the reader was told,
 * also takes numbers with leading zeros.
 */
export function parseTextValue(text: string, type: ColumnType, lenient: boolean): Value | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      if (!(lenient ? anyIntegerPattern : integerPattern).test(text)) return undefined;
      return parseInteger(text);
    case 'number':
      // the caller finds out whether so long an integer can be a number without losing digits
      if (!lenient && text.length > 15 && integerPattern.test(text)) return parseInteger(text);
      return parseNumber(text, lenient ? anyNumberPattern : numberPattern);
    case 'boolean':
      return booleanPattern.test(text) ? text.toLowerCase() === 'true' : undefined;
    case 'timestamp':
      return parseIsoTime(text);
  }
}

function parseInteger(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value + 0 : BigInt(text.replace(/^\+/, ''));
}

/** A finite number of the pattern, or an infinity written as one; a number too large to hold is none. */
function parseNumber(text: string, pattern: RegExp): number | undefined {
  if (pattern.test(text)) {
    const value = Number(text) + 0;
    return Number.isFinite(value) ? value : undefined;
  }
  const infinity = infinityPattern.exec(text);
  return infinity ? (infinity[1] === '-' ? -Infinity : Infinity) : undefined;
}
