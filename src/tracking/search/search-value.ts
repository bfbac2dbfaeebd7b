import { toUSVString } from 'node:util';
import { canonicalJson, type Json, jsonNumber } from '../../core/json.ts';
import type { SearchNumber } from './condition.ts';

/** A field's value as the search language sees it; the same in the index and in memory. */
export interface SearchValue {
  readonly type: 'number' | 'nan' | 'string' | 'bool' | 'null' | 'json';
  /** Set where the value compares as a number. */
  readonly num: number | null;
  readonly rest: number;
  /** Its text; none for null. */
  readonly text: string | null;
}

const integerPattern = /^-?\d{1,400}$/;
const numberPattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a number exactly enough that integers far beyond 2^53 still compare right; undefined if the text is none. */
export function parseSearchNumber(text: string): SearchNumber | undefined {
  if (!numberPattern.test(text)) return undefined;
  const num = Number(text);
  if (!integerPattern.test(text) || Number.isSafeInteger(num)) return { num, rest: 0 };
  const nearest = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, num));
  return { num: nearest, rest: Number(BigInt(text) - BigInt(nearest)) };
}

/** The search value of a param, result, metric or nested value. Decimal strings beyond 2^53 stand for exact integers. */
export function searchValue(value: Json): SearchValue {
  const number = jsonNumber(value);
  if (number !== undefined)
    return Number.isNaN(number)
      ? { type: 'nan', num: null, rest: 0, text: 'NaN' }
      : { type: 'number', num: number, rest: 0, text: String(number) };
  if (value === null) return { type: 'null', num: null, rest: 0, text: null };
  if (typeof value === 'boolean') return { type: 'bool', num: null, rest: 0, text: String(value) };
  if (typeof value !== 'string') return { type: 'json', num: null, rest: 0, text: canonicalJson(value) };
  const exact = integerPattern.test(value) ? parseSearchNumber(value) : undefined;
  const large = exact !== undefined && !Number.isSafeInteger(exact.num);
  return { ...textValue(value), ...(large ? exact : {}) };
}

/** The search value of a label, which is always text: one that reads as a number compares as a number too. */
export function labelValue(text: string): SearchValue {
  return { ...textValue(text), ...parseSearchNumber(text) };
}

/**
 * Text as SQLite can keep it: UTF-8 has no lone surrogates, and some drivers end a text at its first NUL. Everything that is stored in or
 * compared by the index goes through this.
 */
export function searchText(text: string): string {
  return toUSVString(text).replaceAll('\0', '\ufffd');
}

/** Plain text that is never a number. */
export function textValue(text: string): SearchValue {
  return { type: 'string', num: null, rest: 0, text: searchText(text) };
}

export function numberValue(num: number): SearchValue {
  return { type: 'number', num, rest: 0, text: String(num) };
}
