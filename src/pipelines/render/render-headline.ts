import { stripVTControlCharacters } from 'node:util';
import type { Json } from '../../core/json.ts';

/** The results worth a glance, in short: `accuracy=0.972  rows=333`. Long and nested ones are left out. */
export function headline(results: Readonly<Record<string, Json>>): string {
  return Object.entries(results)
    .filter(([, value]) => value === null || typeof value !== 'object')
    .filter(([, value]) => typeof value !== 'string' || (value.length <= 40 && !value.includes('://')))
    .slice(0, 5)
    .map(([key, value]) => `${oneLine(key)}=${shortValue(value)}`)
    .join('  ');
}

/** Text of users on one line, without control characters that could drive the terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

function shortValue(value: Json): string {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? oneLine(value) : String(value);
}
