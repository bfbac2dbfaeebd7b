/** Where a JSON text breaks the rules. */
export class JsonSyntaxError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Parses JSON with integers beyond ±2^53 as exact bigint. Errors are a `JsonSyntaxError` with the offset, which the
 * engine's own parser does not tell on every version of Node.
 */
export function parseExactJson(text: string): unknown {
  if (!longInteger.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // parsed again below, for the place of the error
    }
  }
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

const deepest = 1000;
const longInteger = /(?<![\d.])\d{16,}(?![\d.eE])/;
const blank = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const literals: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    this.#blank();
    const char = this.#text[this.#at];
    if (depth > deepest) throw this.#error(`nested deeper than ${deepest} levels`);
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#array(depth);
    if (char === '"') return this.#string();
    for (const [name, literal] of literals)
      if (this.#text.startsWith(name, this.#at)) {
        this.#at += name.length;
        return literal;
      }
    return this.#number();
  }

  end(): void {
    this.#blank();
    if (this.#at < this.#text.length) throw this.#error('more text after the end of the value');
  }

  #object(depth: number): unknown {
    const object: Record<string, unknown> = {};
    this.#list('{', '}', () => {
      if (this.#text[this.#at] !== '"') throw this.#error('expected a name in double quotes');
      const name = this.#string();
      this.#blank();
      this.#expect(':');
      const value = this.value(depth + 1);
      if (name === '__proto__')
        Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
      else object[name] = value;
    });
    return object;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#list('[', ']', () => items.push(this.value(depth + 1)));
    return items;
  }

  #list(open: string, close: string, item: () => void): void {
    this.#expect(open);
    this.#blank();
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#blank();
      item();
      this.#blank();
      if (this.#text[this.#at] === close) break;
      if (this.#text[this.#at] !== ',') throw this.#error(`expected "," or "${close}"`);
      this.#at += 1;
    }
    this.#at += 1;
  }

  #string(): string {
    const match = this.#match(string);
    if (match === undefined)
      throw this.#error('a text is not closed, or has characters that must be escaped');
    return JSON.parse(match[0]) as string;
  }

  #number(): number | bigint {
    const match = this.#match(number);
    if (match === undefined) throw this.#error('expected a value');
    const value = Number(match[0]);
    const whole = match[1] === undefined && match[2] === undefined;
    return whole && !Number.isSafeInteger(value) ? BigInt(match[0]) : value;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match) this.#at += match[0].length;
    return match;
  }

  #blank(): void {
    this.#match(blank);
  }

  #expect(char: string): void {
    if (this.#text[this.#at] !== char) throw this.#error(`expected "${char}"`);
    this.#at += 1;
  }

  #error(reason: string): JsonSyntaxError {
    const atEnd = this.#at >= this.#text.length;
    return new JsonSyntaxError(atEnd ? 'the text ends too early' : reason, this.#at);
  }
}
