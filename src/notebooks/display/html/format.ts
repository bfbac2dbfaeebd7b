import { stripVTControlCharacters } from 'node:util';
import type { Json } from '../../../core/json.ts';
import { renderValue } from '../../../tracking/render-run-summary.ts';

/** Whether a value belongs in a right-aligned column. */
export function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || isNonFiniteText(value);
}

/** Non-finite numbers stand in records as texts. */
const isNonFiniteText = (value: unknown): boolean =>
  value === 'NaN' || value === 'Infinity' || value === '-Infinity';

/** A value of a record in short; of long texts and structures the beginning. */
export function shortValue(value: Json | undefined): string {
  if (value === undefined) return '';
  const text = oneLine(renderValue(value));
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** Text on one line, without what would drive a terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** A number with separators between thousands: `1,000,000`. */
export function renderCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 line`, `2 lines` */
export function renderPlural(count: number, noun: string): string {
  return `${renderCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
