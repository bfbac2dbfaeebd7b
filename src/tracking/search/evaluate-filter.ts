import type { CompareOperator, Condition, Field, FieldTest, Literal, OrderTerm } from './condition.ts';
import { matchLike } from './match-like.ts';
import type { SearchFields } from './search-fields.ts';
import type { SearchValue } from './search-value.ts';

/** Whether a filter's condition holds for these fields. The index answers the same, by SQL. */
export function matchesFilter(condition: Condition | undefined, fields: SearchFields): boolean {
  return condition === undefined || evaluate(condition, fields) === true;
}

/** `undefined` is SQL's unknown: what a test of an absent field gives. */
function evaluate(condition: Condition, fields: SearchFields): boolean | undefined {
  switch (condition.kind) {
    case 'and': {
      const results = condition.items.map((item) => evaluate(item, fields));
      return results.includes(false) ? false : results.includes(undefined) ? undefined : true;
    }
    case 'or': {
      const results = condition.items.map((item) => evaluate(item, fields));
      return results.includes(true) ? true : results.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const result = evaluate(condition.item, fields);
      return result === undefined ? undefined : !result;
    }
    case 'null': {
      const value = lookUp(fields, condition.field);
      return (value === undefined || value.type === 'null') !== condition.negated;
    }
    default: {
      const value = lookUp(fields, condition.field);
      return value === undefined ? undefined : test(condition, value);
    }
  }
}

const lookUp = (fields: SearchFields, field: Field): SearchValue | undefined =>
  fields[field.scope]?.get(field.key);

function test(condition: FieldTest, value: SearchValue): boolean {
  switch (condition.kind) {
    case 'compare':
      return compare(value, condition.operator, condition.literal);
    case 'in':
      return condition.literals.some((literal) => compare(value, '=', literal)) !== condition.negated;
    case 'like': {
      const matches = value.text !== null && matchLike(value.text, condition.pattern, condition.ignoreCase);
      return matches !== condition.negated;
    }
  }
}

function compare(value: SearchValue, operator: CompareOperator, literal: Literal): boolean {
  if (operator === '!=') return !compare(value, '=', literal);
  switch (literal.type) {
    case 'number': {
      if (value.num === null) return false;
      return holds(operator, order(value.num, literal.num) || order(value.rest, literal.rest));
    }
    case 'nan':
      return operator === '=' && value.type === 'nan';
    case 'string':
      if (operator === '=') return value.text === literal.text;
      return value.type === 'string' && holds(operator, compareText(value.text ?? '', literal.text));
    case 'bool':
      return value.type === 'bool' && value.text === literal.text;
    case 'null':
      return value.type === 'null';
  }
}

function holds(operator: CompareOperator, sign: number): boolean {
  switch (operator) {
    case '=':
      return sign === 0;
    case '!=':
      return sign !== 0;
    case '<':
      return sign < 0;
    case '<=':
      return sign <= 0;
    case '>':
      return sign > 0;
    case '>=':
      return sign >= 0;
  }
}

const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Text by its UTF-8 bytes, as SQLite has it. */
const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Order of two things by the terms; 0 if they tie. What is no number comes after all numbers, what is absent last. */
export function compareByTerms(terms: readonly OrderTerm[], a: SearchFields, b: SearchFields): number {
  for (const { field, descending } of terms) {
    const [left, right] = [lookUp(a, field), lookUp(b, field)];
    const byRank = rank(left) - rank(right);
    if (byRank !== 0) return byRank;
    const sign = compareRanked(left, right);
    if (sign !== 0) return descending ? -sign : sign;
  }
  return 0;
}

function rank(value: SearchValue | undefined): number {
  if (value === undefined) return 4;
  if (value.num !== null) return 0;
  if (value.type === 'nan') return 2;
  return value.text === null ? 3 : 1;
}

function compareRanked(a: SearchValue | undefined, b: SearchValue | undefined): number {
  if (a?.num != null && b?.num != null) return order(a.num, b.num) || order(a.rest, b.rest);
  if (rank(a) !== 1) return 0;
  return compareText(a?.text ?? '', b?.text ?? '');
}
