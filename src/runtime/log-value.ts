import { type Json, toJson } from '../core/json.ts';
import { invalidValue } from './errors.ts';

const longestKey = 250;

/** Checks the key of a result, metric, param or label: 1 to 250 characters, none of them a control character. */
export function checkKey(what: string, key: unknown): string {
  if (typeof key !== 'string')
    throw invalidValue(`the key of a ${what} is ${describe(key)}, not a string`, {
      hint: 'name it by a string',
    });
  if (key === '' || key.length > longestKey || /[\u0000-\u001f\u007f]/.test(key))
    throw invalidValue(`${what} key "${key.slice(0, 40)}" is not allowed`, {
      hint: `use 1 to ${longestKey} characters without line breaks and control characters`,
    });
  return key;
}

/** A value of user code as JSON; one that contains itself is refused naming the key. */
export function checkValue(what: string, key: string, value: unknown): Json {
  try {
    return toJson(value);
  } catch (error) {
    throw invalidValue(
      `${what} "${key}" cannot be stored: ${error instanceof Error ? error.message : error}`,
      {
        hint: 'log plain data: numbers, strings, lists and objects; use logArtifact for anything else',
        cause: error,
      },
    );
  }
}

/** A metric's value: any number, NaN and infinities as text. */
export function checkMetricValue(key: string, value: unknown): number | string {
  if (typeof value !== 'number')
    throw invalidValue(`metric "${key}" is ${describe(value)}, not a number`, {
      hint: 'give a number; use logResult for other values',
    });
  return Number.isFinite(value) ? value : String(value);
}

export function checkStep(key: string, step: unknown): number | undefined {
  if (step === undefined) return undefined;
  if (typeof step === 'number' && Number.isFinite(step)) return step;
  throw invalidValue(`the step of metric "${key}" is ${describe(step)}, not a number`, {
    hint: 'give a finite number, e.g. the epoch',
  });
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'string' ? `"${value.slice(0, 40)}"` : `of type ${typeof value}`;
}
