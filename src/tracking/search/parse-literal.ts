import { parseDuration } from '../../core/duration.ts';
import { invalidDuration } from '../../core/errors.ts';
import type { CompareOperator, Field, Literal } from './condition.ts';
import type { FilterReader } from './filter-reader.ts';
import type { Token } from './filter-token.ts';
import { parseSearchNumber, searchText } from './search-value.ts';

/** Reads the value that a field is compared with, as that field compares. Throws `INVALID_FILTER`. */
export function parseLiteral(reader: FilterReader, field: Field, operator: CompareOperator): Literal {
  const token = reader.peek();
  const literal = readLiteral(token);
  if (!literal) throw reader.error('a value is due: a number, a text in quotes, true, false, null or NaN');
  const fitted = fitLiteral(reader, field, token, literal);
  if ((fitted.type === 'bool' || fitted.type === 'null') && operator !== '=' && operator !== '!=')
    throw reader.error(`"${token.value}" can only be compared with = and !=`);
  reader.next();
  return fitted;
}

function readLiteral(token: Token): Literal | undefined {
  if (token.kind === 'string') return { type: 'string', text: searchText(token.value) };
  if (token.kind === 'number') return numberLiteral(token.value);
  if (token.kind !== 'word') return undefined;
  switch (token.value.toLowerCase()) {
    case 'true':
    case 'false':
      return { type: 'bool', text: token.value.toLowerCase() as 'true' | 'false' };
    case 'null':
      return { type: 'null' };
    case 'nan':
      return { type: 'nan' };
    case 'infinity':
      return { type: 'number', num: Number.POSITIVE_INFINITY, rest: 0 };
    default:
      return undefined;
  }
}

function numberLiteral(text: string): Literal {
  if (text.endsWith('Infinity'))
    return { type: 'number', num: text.startsWith('-') ? -Infinity : Infinity, rest: 0 };
  return {
    type: 'number',
    ...(parseSearchNumber(text.replace(/^\+/, '')) ?? { num: Number(text), rest: 0 }),
  };
}

/** Attributes have a type: text is compared as text, numbers as numbers. Labels are text that may read as a number. */
function fitLiteral(reader: FilterReader, field: Field, token: Token, literal: Literal): Literal {
  if (literal.type === 'null') return literal;
  if (field.scope === 'labels' && (literal.type === 'bool' || literal.type === 'nan'))
    return { type: 'string', text: token.value };
  if (field.scope !== 'attribute') return literal;
  const type = reader.catalogue.attributes[field.key];
  if (type === 'text') return { type: 'string', text: searchText(token.value) };
  if (literal.type === 'number' || literal.type === 'nan') return literal;
  const number = numberOf(literal, type === 'seconds');
  if (number) return { type: 'number', ...number };
  const due = type === 'seconds' ? "a number of seconds or a duration such as '5m'" : 'a number';
  throw reader.error(`"${field.key}" is compared with ${due}, not with "${token.value}"`);
}

function numberOf(literal: Literal, seconds: boolean): { num: number; rest: number } | undefined {
  if (literal.type !== 'string') return undefined;
  const number = parseSearchNumber(literal.text);
  if (number || !seconds) return number;
  try {
    return { num: parseDuration(literal.text) / 1000, rest: 0 };
  } catch (error) {
    if (invalidDuration.is(error)) return undefined;
    throw error;
  }
}
