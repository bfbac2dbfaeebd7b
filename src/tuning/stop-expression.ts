import { invalidStop } from './errors.ts';
import { type TrialScores, trialValue } from './trial-value.ts';

/** Whether a trial satisfies the expression. */
export type StopCondition = (trial: TrialScores) => boolean;

type Operator = '<' | '<=' | '>' | '>=' | '==' | '!=';
type Operand =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'name'; readonly name: string };
type Expression =
  | {
      readonly type: 'compare';
      readonly operator: Operator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'not'; readonly inner: Expression };

interface Token {
  readonly type: 'number' | 'name' | 'operator' | 'word' | '(' | ')';
  readonly text: string;
  readonly at: number;
}

const tokenPattern =
  /\s*(?:(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])|(?<name>[A-Za-z_][\w./]*(?:-[\w./]+)*)|(?<operator><=|>=|==|!=|<>|<|>|=)|(?<open>\()|(?<close>\)))/y;
const words = new Set(['and', 'or', 'not']);
const deepest = 100;
const longest = 10_000;

/**
 * Reads a stop expression: comparisons of names and numbers, joined by `and`, `or`, `not` (in any case) and parentheses;
 * AND binds before OR. Nothing in it is ever executed. A comparison with a name the trial does not have is unknown, and
 * what is unknown never stops a sweep. Throws `INVALID_STOP` with the position of what it cannot read.
 */
export function parseStopExpression(text: string): StopCondition {
  if (text.length > longest)
    throw invalidStop(`the stop expression has ${text.length} characters`, {
      hint: `keep it below ${longest}`,
    });
  const reader = new Reader(text);
  const expression = reader.or(0);
  reader.end();
  return (trial) => evaluate(expression, trial) === true;
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (text.slice(tokenPattern.lastIndex).trim() !== '') {
    const from = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) throw refuse(text, from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0));
    tokens.push(readToken(match));
  }
  return tokens;
}

function readToken(match: RegExpExecArray): Token {
  const { number, name, operator, open } = match.groups ?? {};
  const found = number ?? name ?? operator ?? open ?? ')';
  const at = match.index + match[0].length - found.length;
  if (number !== undefined) return { type: 'number', text: number, at };
  if (name === undefined)
    return { type: operator === undefined ? (open ? '(' : ')') : 'operator', text: found, at };
  const lower = name.toLowerCase();
  return words.has(lower) ? { type: 'word', text: lower, at } : { type: 'name', text: name, at };
}

class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenise(text);
  }

  or(depth: number): Expression {
    let left = this.#and(depth);
    while (this.#takeWord('or')) left = { type: 'or', left, right: this.#and(depth) };
    return left;
  }

  end(): void {
    if (this.#position < this.#tokens.length) throw this.#refuse();
  }

  #and(depth: number): Expression {
    let left = this.#not(depth);
    while (this.#takeWord('and')) left = { type: 'and', left, right: this.#not(depth) };
    return left;
  }

  #not(depth: number): Expression {
    if (depth > deepest) throw this.#refuse();
    if (this.#takeWord('not')) return { type: 'not', inner: this.#not(depth + 1) };
    if (this.#take('(') === undefined) return this.#comparison();
    const inner = this.or(depth + 1);
    if (this.#take(')') === undefined) throw this.#refuse();
    return inner;
  }

  #comparison(): Expression {
    const left = this.#operand();
    const operator = this.#take('operator');
    if (operator === undefined) throw this.#refuse();
    const spelled = operator.text === '=' ? '==' : operator.text === '<>' ? '!=' : operator.text;
    return { type: 'compare', operator: spelled as Operator, left, right: this.#operand() };
  }

  #operand(): Operand {
    const number = this.#take('number');
    if (number) return { type: 'number', value: Number(number.text) };
    const name = this.#take('name');
    if (name) return { type: 'name', name: name.text };
    throw this.#refuse();
  }

  #take(type: Token['type']): Token | undefined {
    const token = this.#tokens[this.#position];
    if (token?.type !== type) return undefined;
    this.#position += 1;
    return token;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#position];
    if (token?.type !== 'word' || token.text !== word) return false;
    this.#position += 1;
    return true;
  }

  #refuse(): Error {
    return refuse(this.#text, this.#tokens[this.#position]?.at ?? this.#text.length);
  }
}

function refuse(text: string, at: number): Error {
  const where =
    at >= text.trimEnd().length
      ? 'ends too early'
      : `cannot be read at "${text.slice(at, at + 20)}" (character ${at + 1})`;
  return invalidStop(`stop expression "${text}" ${where}`, {
    hint: 'use names of results and metrics, numbers, < <= > >= == !=, and, or, not and parentheses, e.g. accuracy >= 0.95 and loss < 0.1',
  });
}

/** True, false, or undefined for unknown, by three-valued logic. */
function evaluate(expression: Expression, trial: TrialScores): boolean | undefined {
  switch (expression.type) {
    case 'compare':
      return compare(
        expression.operator,
        operandValue(expression.left, trial),
        operandValue(expression.right, trial),
      );
    case 'not': {
      const inner = evaluate(expression.inner, trial);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or':
      return combine(expression.type, evaluate(expression.left, trial), evaluate(expression.right, trial));
  }
}

function combine(
  type: 'and' | 'or',
  left: boolean | undefined,
  right: boolean | undefined,
): boolean | undefined {
  const decisive = type === 'or';
  if (left === decisive || right === decisive) return decisive;
  return left === undefined || right === undefined ? undefined : !decisive;
}

const operandValue = (operand: Operand, trial: TrialScores): number | undefined =>
  operand.type === 'number' ? operand.value : trialValue(trial, operand.name);

function compare(
  operator: Operator,
  left: number | undefined,
  right: number | undefined,
): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}
