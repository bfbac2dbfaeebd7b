import { searchText } from '../search/search-value.ts';

/** A statement with its values; a named one is prepared once a connection. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly name?: string;
}

/** What a piece of work asks the database, one statement after the other; see `Query`. */
export type Work<Answer> = Generator<Statement, Answer, readonly unknown[]>;

export function* rows<Row>(text: string, ...values: readonly unknown[]): Work<readonly Row[]> {
  return (yield { text, values }) as readonly Row[];
}

/** The same statement with Postgres's numbered places for the question marks, and texts as Postgres can keep them. */
export function numbered({ text, values }: Statement): Statement {
  let at = 0;
  return {
    text: text.replaceAll('?', () => `$${++at}`),
    values: values.map((value) => (typeof value === 'string' ? searchText(value) : value)),
  };
}
