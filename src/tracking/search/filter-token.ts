import { filterError } from './filter-error.ts';

export type TokenKind = 'word' | 'string' | 'name' | 'number' | 'symbol' | 'end';

/** A piece of a filter. `value` is what it stands for: a string without its quotes, say. */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const word = /[\p{L}_][\p{L}\p{N}_./-]*(?:\{[^{}]*\})?/uy;
const number = /[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity\b)/y;
const symbol = /==|!=|<>|<=|>=|[=<>(),]/y;
const space = /\s*/y;

/** Cuts a filter into tokens; the last is always `end`. Throws `INVALID_FILTER`. */
export function tokenizeFilter(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = skip(space, text, 0); at < text.length; ) {
    const token = nextToken(text, at);
    tokens.push(token);
    at = skip(space, text, token.end);
  }
  tokens.push({ kind: 'end', value: '', start: text.length, end: text.length });
  return tokens;
}

function nextToken(text: string, at: number): Token {
  const character = text.charAt(at);
  if (character === "'" || character === '"') return quoted(text, at, 'string');
  if (character === '`') return quoted(text, at, 'name');
  for (const [kind, pattern] of [
    ['number', number],
    ['word', word],
    ['symbol', symbol],
  ] as const) {
    const end = skip(pattern, text, at);
    if (end > at) return { kind, value: text.slice(at, end), start: at, end };
  }
  throw filterError(text, at, `"${character}" has no meaning here`);
}

/** A quote inside is written twice. */
function quoted(text: string, start: number, kind: 'string' | 'name'): Token {
  const quote = text.charAt(start);
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character !== quote) value += character;
    else if (text.charAt(at + 1) === quote) value += text.charAt(++at);
    else return { kind, value, start, end: at + 1 };
  }
  throw filterError(text, start, `the text that starts here has no closing ${quote}`);
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
