import { type Json, jsonNumber } from '../../core/json.ts';

/** A value for people: numbers with at most six significant digits, texts as they are, the rest as JSON. */
export function renderValue(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return renderNumber(value);
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}

export function renderNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const short = Number(value.toPrecision(6));
  return String(short);
}

/** `key=value` of each entry, in one line. */
export function renderPairs(entries: Readonly<Record<string, Json>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key}=${renderValue(value)}`)
    .join(' ');
}

/** `1.2 MB`, `345 B`. */
export function renderBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** Whether all values given are numbers, so that a column of them is aligned to the right. */
export function areNumbers(values: readonly (Json | undefined)[]): boolean {
  return values.every((value) => value === undefined || jsonNumber(value) !== undefined);
}
