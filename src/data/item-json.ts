import { dataUnreadable } from './errors.ts';
import { JsonSyntaxError, parseExactJson } from './tables/parse-json.ts';

/** Parses a data item's JSON; a syntax error names the item, line and column. Integers are plain numbers. */
export function parseItemJson<T>(text: string, source: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw explain(text, source, error);
  }
}

function explain(text: string, source: string, cause: unknown): Error {
  const hint = 'correct the file, or read it as text';
  try {
    parseExactJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const before = text.slice(0, error.offset).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    return dataUnreadable(`"${source}", ${place}: ${error.message}`, { hint, cause });
  }
  return dataUnreadable(`"${source}" is no JSON`, { hint, cause });
}
