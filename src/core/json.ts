import { createHash } from 'node:crypto';

/** Any value that JSON can carry; what params, results and labels are stored as. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * Turns any value of user code into JSON, the same way everywhere: non-finite numbers become the strings
 * `"NaN"`, `"Infinity"`, `"-Infinity"`; a bigint within ±2^53 a number, else a decimal string; a Date ISO 8601 text;
 * a Map an object; a Set and a typed array an array; `undefined` and functions are left out (in an array: null).
 * A value that contains itself is refused with a `TypeError` that names the path.
 */
export function toJson(value: unknown): Json {
  const encoded = encode(value, [], '');
  return encoded === undefined ? null : encoded;
}

function encode(value: unknown, ancestors: readonly object[], path: string): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value.toString();
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
    default:
      return value === null ? null : encodeObject(value as object, ancestors, path);
  }
}

function encodeObject(value: object, ancestors: readonly object[], path: string): Json | undefined {
  if (ancestors.includes(value)) throw new TypeError(`the value at "${path || '.'}" contains itself`);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'NaN' : value.toISOString();
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return encode(value.valueOf(), ancestors, path);
  const inside = [...ancestors, value];
  if (hasToJson(value)) return encode(value.toJSON(), inside, path);
  if (value instanceof Map)
    return encodeEntries(
      [...value].map(([k, v]) => [String(k), v]),
      inside,
      path,
    );
  if (Array.isArray(value) || value instanceof Set || isTypedArray(value))
    return Array.from(value as Iterable<unknown>, (item, i) => encode(item, inside, `${path}[${i}]`) ?? null);
  if (value instanceof Error) return { name: value.name, message: value.message };
  return encodeEntries(Object.entries(value), inside, path);
}

function encodeEntries(
  entries: readonly (readonly [string, unknown])[],
  ancestors: readonly object[],
  path: string,
): Json {
  const out: Record<string, Json> = {};
  for (const [key, item] of entries) {
    const encoded = encode(item, ancestors, path ? `${path}.${key}` : key);
    // defineProperty: a key named __proto__ must become a property, not a prototype
    if (encoded !== undefined)
      Object.defineProperty(out, key, {
        value: encoded,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return out;
}

const hasToJson = (value: object): value is { toJSON(): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';
const isTypedArray = (value: object): boolean => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** JSON text with object keys sorted: equal values give equal text, so that it can be hashed and compared. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const object = value as JsonObject;
    const keys = Object.keys(object).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] ?? null)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** The number that a stored metric or result stands for (`"NaN"` and the infinities included), or undefined. */
export function jsonNumber(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  return undefined;
}

/** `sha256:<hex>` of the canonical JSON text of a value. */
export function digestJson(value: Json): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}
