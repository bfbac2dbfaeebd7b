import { notebookParamInvalid } from './errors.ts';

/**
 * A TypeScript expression that gives the value again: JSON values, bigint, Date, URL, Map, Set, non-finite numbers,
 * `undefined`, typed arrays, nested as deep as they like. Text stays text: nothing in a value is ever run as code.
 * @throws NOTEBOOK_PARAM_INVALID for functions, symbols, class instances and cycles, naming the place
 */
export function renderLiteral(value: unknown, path = 'value'): string {
  return literal(value, path, []);
}

function literal(value: unknown, path: string, ancestors: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value).replace('Infinity', 'Number.POSITIVE_INFINITY');
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectLiteral(value, path, ancestors);
    default:
      throw refused(path, `a ${typeof value}`);
  }
}

/** JSON text is TypeScript but for two line separators; an escaped `<` keeps a value from ending a script element. */
const text = (value: string): string =>
  JSON.stringify(value).replace(
    /[\u2028\u2029<]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function objectLiteral(value: object, path: string, ancestors: readonly object[]): string {
  if (ancestors.includes(value)) throw refused(path, 'a value that contains itself');
  const inside = [...ancestors, value];
  const kind = Object.prototype.toString.call(value);
  const list = (items: Iterable<unknown>): string =>
    `[${Array.from(items, (item, at) => literal(item, `${path}[${at}]`, inside)).join(', ')}]`;
  if (kind === '[object Date]') return date(value as Date);
  if (Array.isArray(value)) return list(value);
  if (kind === '[object Map]') return `new Map(${list(value as Map<unknown, unknown>)})`;
  if (kind === '[object Set]') return `new Set(${list(value as Set<unknown>)})`;
  if (kind === '[object URL]') return `new URL(${text(String(value))})`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return `new ${kind.slice('[object '.length, -1)}(${list(value as unknown as Iterable<unknown>)})`;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) throw refused(path, `an instance of ${value.constructor?.name ?? 'a class'}`);
  const entries = Object.entries(value).map(
    ([key, item]) => `${propertyKey(key)}: ${literal(item, `${path}.${key}`, inside)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

const date = (value: Date): string =>
  Number.isNaN(value.getTime()) ? 'new Date(Number.NaN)' : `new Date(${text(value.toISOString())})`;

/** A computed key: `__proto__` must become a property, not a prototype. */
const propertyKey = (key: string): string =>
  key === '__proto__' ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(key) ? key : text(key);

function refused(path: string, what: string): Error {
  return notebookParamInvalid(`parameter "${path}" cannot be written into a notebook: it is ${what}`, {
    hint: 'give JSON values, bigint, Date, URL, Map, Set or typed arrays',
  });
}
