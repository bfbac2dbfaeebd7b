import type { CompareOperator, Condition, Field, Literal, OrderTerm, ParsedFilter } from './condition.ts';
import { type FieldCatalogue, runFields } from './field-catalogue.ts';
import { FilterReader } from './filter-reader.ts';
import { parseField } from './parse-field.ts';
import { parseLiteral } from './parse-literal.ts';
import { searchText } from './search-value.ts';

/** Parentheses and `not`s deeper than this are no filter a person wrote. */
const maxDepth = 100;

const operators: Readonly<Record<string, CompareOperator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/**
 * Reads a filter of the search language, e.g. `metrics.accuracy > 0.9 and (params.depth in (4, 8) or labels.team like 'a%') order by
 * metrics.accuracy desc`. Throws `INVALID_FILTER` that points at the place.
 */
export function parseFilter(text: string, catalogue: FieldCatalogue = runFields): ParsedFilter {
  const reader = new FilterReader(text, catalogue);
  const ordersOnly = reader.atEnd() || reader.peekWords('order', 'by');
  const condition = ordersOnly ? undefined : parseOr(reader, 0);
  const orderBy = reader.takeWords('order', 'by') ? parseTerms(reader) : [];
  reader.expectEnd('"and", "or" or "order by"');
  return { condition, orderBy };
}

/** Reads an order, e.g. `metrics.accuracy desc, createdAt`. Throws `INVALID_FILTER`. */
export function parseOrderBy(text: string, catalogue: FieldCatalogue = runFields): readonly OrderTerm[] {
  const reader = new FilterReader(text, catalogue);
  if (reader.atEnd()) return [];
  const terms = parseTerms(reader);
  reader.expectEnd('a comma');
  return terms;
}

function parseTerms(reader: FilterReader): readonly OrderTerm[] {
  const terms: OrderTerm[] = [];
  do {
    const field = parseField(reader);
    const descending = reader.takeWords('desc');
    if (!descending) reader.takeWords('asc');
    terms.push({ field, descending });
  } while (reader.takeSymbol(','));
  return terms;
}

function parseOr(reader: FilterReader, depth: number): Condition {
  if (depth > maxDepth) throw reader.error('the filter is nested too deeply');
  const items = [parseAnd(reader, depth)];
  while (reader.takeWords('or')) items.push(parseAnd(reader, depth));
  return items.length === 1 ? (items[0] as Condition) : { kind: 'or', items };
}

function parseAnd(reader: FilterReader, depth: number): Condition {
  const items = [parseNot(reader, depth)];
  while (reader.takeWords('and')) items.push(parseNot(reader, depth));
  return items.length === 1 ? (items[0] as Condition) : { kind: 'and', items };
}

function parseNot(reader: FilterReader, depth: number): Condition {
  if (depth > maxDepth) throw reader.error('the filter is nested too deeply');
  if (reader.takeWords('not')) return { kind: 'not', item: parseNot(reader, depth + 1) };
  if (!reader.takeSymbol('(')) return parseTest(reader);
  const inner = parseOr(reader, depth + 1);
  reader.expectSymbol(')');
  return inner;
}

function parseTest(reader: FilterReader): Condition {
  const field = parseField(reader);
  if (reader.takeWords('is')) {
    const negated = reader.takeWords('not');
    if (!reader.takeWords('null')) throw reader.error('"null" or "not null" is due after "is"');
    return { kind: 'null', field, negated };
  }
  const negated = reader.takeWords('not');
  if (reader.takeWords('in')) return { kind: 'in', field, literals: parseList(reader, field), negated };
  for (const [name, ignoreCase] of [
    ['like', false],
    ['ilike', true],
  ] as const)
    if (reader.takeWords(name)) return parseLike(reader, field, ignoreCase, negated);
  if (negated) throw reader.error('"in", "like" or "ilike" is due after "not"');
  const token = reader.peek();
  const operator = token.kind === 'symbol' ? operators[token.value] : undefined;
  if (!operator)
    throw reader.error('an operator is due: = != < <= > >= in, not in, like, ilike, is null, is not null');
  reader.next();
  return { kind: 'compare', field, operator, literal: parseLiteral(reader, field, operator) };
}

function parseLike(reader: FilterReader, field: Field, ignoreCase: boolean, negated: boolean): Condition {
  const token = reader.peek();
  if (field.scope === 'attribute' && reader.catalogue.attributes[field.key] !== 'text')
    throw reader.error(`"${field.key}" is a number and cannot be matched by a pattern`);
  if (token.kind !== 'string') throw reader.error("a pattern in quotes is due, such as 'a%'");
  reader.next();
  return { kind: 'like', field, pattern: searchText(token.value), ignoreCase, negated };
}

function parseList(reader: FilterReader, field: Field): readonly Literal[] {
  reader.expectSymbol('(');
  const literals = [parseLiteral(reader, field, '=')];
  while (reader.takeSymbol(',')) literals.push(parseLiteral(reader, field, '='));
  reader.expectSymbol(')');
  return literals;
}
