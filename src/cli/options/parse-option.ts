import { parseDuration } from '../../core/duration.ts';
import { nearestName } from '../../core/nearest-name.ts';
import type { OptionEntry } from '../../core/option-table.ts';
import { usageError } from '../errors.ts';
import { parseBytes } from './parse-bytes.ts';

/** What was given for an option: one text, or several for `pair` and `list`; `true` for a flag. */
export type RawOption = string | boolean | readonly string[];

/** Reads an option's text by its type. `label` is how messages call it, e.g. `--timeout` or `SLIPWAY_TIMEOUT`. */
export function parseOption(entry: OptionEntry, raw: RawOption, label: string): unknown {
  if (entry.type === 'pair') return parsePairs(toTexts(raw), label, entry.value ?? 'key=value');
  if (entry.type === 'list') return toTexts(raw);
  if (entry.type === 'flag') return parseFlag(raw, label);
  return parseSingle(entry, String(raw), label);
}

function parseSingle(entry: OptionEntry, text: string, label: string): unknown {
  switch (entry.type) {
    case 'integer':
      return parseInteger(entry, text, label);
    case 'number':
      return parseNumber(text, label, /^\d+(\.\d+)?$/, 'a number');
    case 'duration':
      return parseDuration(text);
    case 'bytes':
      return parseBytes(text, label);
    case 'choice':
      return parseChoice(text, label, entry.choices ?? []);
    default:
      if (text === '')
        throw usageError(`${label} is empty`, { hint: `give it a value: ${entry.value ?? 'text'}` });
      return text;
  }
}

const toTexts = (raw: RawOption): readonly string[] =>
  typeof raw === 'string' ? [raw] : typeof raw === 'boolean' ? [] : raw;

function parsePairs(texts: readonly string[], label: string, form: string): Readonly<Record<string, string>> {
  const entries = texts.map((text) => {
    const at = text.indexOf('=');
    if (at < 1)
      throw usageError(`${label} "${text}" is not of the form ${form}`, { hint: `write ${label} ${form}` });
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries);
}

function parseFlag(raw: RawOption, label: string): boolean {
  if (typeof raw === 'boolean') return raw;
  const text = String(raw).toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  if (['', '0', 'false', 'no', 'off'].includes(text)) return false;
  throw usageError(`${label} "${raw}" is neither true nor false`, { hint: 'use 1 or 0' });
}

function parseInteger(entry: OptionEntry, text: string, label: string): number {
  const value = parseNumber(text, label, /^-?\d+$/, 'a whole number');
  if (value >= 0 || entry.signed) return value;
  throw usageError(`${label} "${text}" is negative`, { hint: 'give 0 or more' });
}

function parseNumber(text: string, label: string, form: RegExp, what: string): number {
  const value = Number(text);
  if (form.test(text) && Number.isSafeInteger(Math.trunc(value))) return value;
  throw usageError(`${label} "${text}" is not ${what}`, { hint: `give ${what}, e.g. ${label} 3` });
}

function parseChoice(text: string, label: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  const near = nearestName(text, choices);
  throw usageError(`${label} "${text}" does not exist`, {
    hint: `${near ? `did you mean "${near}"? ` : ''}use one of: ${choices.join(', ')}`,
  });
}
