import type { SlipwayError } from '../../core/error.ts';
import type { FieldCatalogue } from './field-catalogue.ts';
import { filterError } from './filter-error.ts';
import { type Token, tokenizeFilter } from './filter-token.ts';

/** Longest filter taken; each value in it becomes a bound parameter, of which a statement has about 32,000. */
const maxLength = 60_000;

/** Walks over a filter's tokens. */
export class FilterReader {
  readonly text: string;
  readonly catalogue: FieldCatalogue;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, catalogue: FieldCatalogue) {
    if (text.length > maxLength) throw filterError(text, maxLength, 'the filter is too long');
    this.text = text;
    this.catalogue = catalogue;
    this.#tokens = tokenizeFilter(text);
  }

  peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  atEnd(): boolean {
    return this.peek().kind === 'end';
  }

  peekWords(...words: readonly string[]): boolean {
    return words.every((word, i) => {
      const token = this.#tokens[this.#at + i];
      return token?.kind === 'word' && token.value.toLowerCase() === word;
    });
  }

  /** Takes these keywords, in any case, if they come next. */
  takeWords(...words: readonly string[]): boolean {
    const found = this.peekWords(...words);
    if (found) this.#at += words.length;
    return found;
  }

  takeSymbol(symbol: string): boolean {
    const token = this.peek();
    const found = token.kind === 'symbol' && token.value === symbol;
    if (found) this.#at++;
    return found;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.error(`"${symbol}" is due`);
  }

  expectEnd(due: string): void {
    if (!this.atEnd()) throw this.error(`${due} is due`);
  }

  /** An error at a token, the next one unless given. */
  error(problem: string, options: { token?: Token; hint?: string } = {}): SlipwayError {
    const token = options.token ?? this.peek();
    const got =
      token.kind === 'end' ? 'the filter ends' : `there is ${this.text.slice(token.start, token.end)}`;
    const full =
      problem.endsWith('is due') || problem.includes(' is due') ? `${problem}, but ${got}` : problem;
    return filterError(this.text, token.start, full, options.hint);
  }
}
