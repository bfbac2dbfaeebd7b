import { nearestName } from '../../core/nearest-name.ts';
import type { Field, FieldScope } from './condition.ts';
import type { FilterReader } from './filter-reader.ts';
import type { Token } from './filter-token.ts';
import { searchText } from './search-value.ts';

const keywords = new Set([
  'and',
  'or',
  'not',
  'in',
  'like',
  'ilike',
  'is',
  'null',
  'order',
  'by',
  'asc',
  'desc',
]);

/** Reads the name of a field: `state`, `attributes.state`, `metrics.loss`, ``metrics.`a b` ``, `params."a b"`. */
export function parseField(reader: FilterReader): Field {
  const token = reader.peek();
  if (token.kind !== 'word' || keywords.has(token.value.toLowerCase()))
    throw reader.error(`a field is due, such as ${example(reader)}`);
  reader.next();
  const dot = token.value.indexOf('.');
  if (dot < 0) return attribute(reader, token, token.value);
  const scope = token.value.slice(0, dot);
  const key = keyAfter(reader, token, token.value.slice(dot + 1));
  if (scope === 'attributes') return attribute(reader, token, key);
  if (reader.catalogue.scopes.includes(scope as FieldScope))
    return { scope: scope as FieldScope, key: searchText(key) };
  throw unknown(reader, token, `${scope}.${key}`);
}

/** A key with characters of its own is quoted, right after the dot. */
function keyAfter(reader: FilterReader, token: Token, written: string): string {
  const quoted = reader.peek();
  const joins = (quoted.kind === 'name' || quoted.kind === 'string') && quoted.start === token.end;
  if (joins && (written === '' || written.endsWith('.'))) return written + reader.next().value;
  if (written === '') throw reader.error(`a key is due after "${token.value}"`);
  return written;
}

function attribute(reader: FilterReader, token: Token, name: string): Field {
  if (!Object.hasOwn(reader.catalogue.attributes, name)) throw unknown(reader, token, name);
  return { scope: 'attribute', key: name };
}

function unknown(reader: FilterReader, token: Token, name: string): Error {
  const { scopes, attributes } = reader.catalogue;
  const dot = name.indexOf('.');
  const nearScope = dot > 0 ? nearestName(name.slice(0, dot), [...scopes, 'attributes']) : undefined;
  const near = nearScope ? nearScope + name.slice(dot) : nearestName(name, Object.keys(attributes));
  const all = `${scopes.map((scope) => `${scope}.<key>`).join(', ')}, ${Object.keys(attributes).join(', ')}`;
  return reader.error(`there is no field "${name}"`, {
    token,
    hint: `${near ? `did you mean "${near}"? ` : ''}The fields are ${all}`,
  });
}

const example = (reader: FilterReader): string =>
  `"${reader.catalogue.scopes[0]}.accuracy" or "${Object.keys(reader.catalogue.attributes)[0]}"`;
