import { createHash } from 'node:crypto';
import { invalidPageToken } from '../errors.ts';
import { attributeValue, type Sql, type ValueColumns } from './compile-filter.ts';
import type { OrderTerm } from './condition.ts';

/** One expression of an ORDER BY; never NULL, so that a page can go on after a row by comparing. */
export interface SortKey {
  readonly sql: string;
  readonly descending: boolean;
}

export interface CompiledOrder {
  /** Joins that bring the fields ordered by; their values come before all others. */
  readonly joins: Sql;
  readonly keys: readonly SortKey[];
}

const alwaysPresent: ReadonlySet<string> = new Set(['uid', 'name', 'project', 'state', 'kind', 'createdAt']);

const newestFirst: readonly OrderTerm[] = [
  { field: { scope: 'attribute', key: 'createdAt' }, descending: true },
];

/** An order over `runs r`; ties are broken newest first. `presentFirst`: the first term's field `o0` is joined and has a number. */
export function compileOrder(terms: readonly OrderTerm[], presentFirst = false): CompiledOrder {
  const joins: string[] = [];
  const values: string[] = [];
  const keys: SortKey[] = [];
  const effective = terms.length > 0 ? terms : newestFirst;
  effective.forEach(({ field, descending }, i) => {
    if (field.scope === 'attribute') {
      keys.push(...attributeKeys(field.key, descending));
      return;
    }
    const leads = presentFirst && i === 0;
    if (!leads) {
      joins.push(`LEFT JOIN fields o${i} ON o${i}.run = r.id AND o${i}.scope = ? AND o${i}.key = ?`);
      values.push(field.scope, field.key);
    }
    keys.push(...fieldKeys(`o${i}`, descending, leads));
  });
  keys.push({ sql: 'r.uid', descending: true });
  return { joins: { text: joins.join(' '), values }, keys };
}

function attributeKeys(key: string, descending: boolean): readonly SortKey[] {
  const { num, text } = attributeValue(key);
  const column = num === 'NULL' ? text : num;
  if (alwaysPresent.has(key)) return [{ sql: column, descending }];
  return [
    { sql: `(CASE WHEN ${column} IS NULL THEN 1 ELSE 0 END)`, descending: false },
    { sql: `coalesce(${column}, ${num === 'NULL' ? "''" : '0'})`, descending },
  ];
}

function fieldKeys(alias: string, descending: boolean, leads: boolean): readonly SortKey[] {
  const at = (column: keyof ValueColumns): string => `${alias}.${column}`;
  if (leads)
    return [
      { sql: '0', descending: false },
      { sql: at('num'), descending },
      { sql: at('rest'), descending },
      { sql: "''", descending },
    ];
  const rank = `(CASE WHEN ${at('num')} IS NOT NULL THEN 0 WHEN ${alias}.run IS NULL THEN 4
    WHEN ${at('type')} = 'nan' THEN 2 WHEN ${at('text')} IS NULL THEN 3 ELSE 1 END)`;
  const text = `(CASE WHEN ${at('num')} IS NULL AND ${at('type')} <> 'nan' THEN coalesce(${at('text')}, '') ELSE '' END)`;
  return [
    { sql: rank, descending: false },
    { sql: `coalesce(${at('num')}, 0)`, descending },
    { sql: `coalesce(${at('rest')}, 0)`, descending },
    { sql: text, descending },
  ];
}

/** Text of the ORDER BY. Constants are left out: they would keep SQLite from using an index. */
export function renderOrder(keys: readonly SortKey[]): string {
  return keys
    .filter(({ sql }) => sql !== '0' && sql !== "''")
    .map(({ sql, descending }) => `${sql}${descending ? ' DESC' : ''}`)
    .join(', ');
}

/** The condition that a row comes after the one with these key values. */
export function compileAfter(keys: readonly SortKey[], after: readonly (string | number)[]): Sql {
  const values: (string | number)[] = [];
  const alternatives = keys.map(({ sql, descending }, i) => {
    const equal = keys.slice(0, i).map((key) => `${key.sql} = ?`);
    values.push(...after.slice(0, i + 1));
    return `(${[...equal, `${sql} ${descending ? '<' : '>'} ?`].join(' AND ')})`;
  });
  return { text: `(${alternatives.join(' OR ')})`, values };
}

/** A page token: where the page ended, and which query it belongs to. */
export function renderPageToken(query: string, last: readonly (string | number)[]): string {
  const keys = last.map((value) => (typeof value === 'number' ? `#${value}` : `$${value}`));
  return Buffer.from(JSON.stringify([fingerprint(query), ...keys])).toString('base64url');
}

/** Throws `INVALID_PAGE_TOKEN` for anything but a token of this very query. */
export function parsePageToken(query: string, token: string): readonly (string | number)[] {
  const parts = decode(token);
  if (parts?.[0] !== fingerprint(query))
    throw invalidPageToken(`page token "${token.slice(0, 80)}" does not belong to this query`, {
      hint: 'use the nextPageToken of the page before with the same filter, labels and order',
    });
  return parts.slice(1).map((part) => (part.startsWith('#') ? Number(part.slice(1)) : part.slice(1)));
}

function decode(token: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

const fingerprint = (query: string): string =>
  createHash('sha256').update(query).digest('base64url').slice(0, 16);
