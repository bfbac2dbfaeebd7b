import type { Sql } from '../search/compile-filter.ts';

/**
 * A question to an index of runs that takes one statement or several: it hands each out and is given its rows. So SQLite, which
 * answers at once, and Postgres, which does not, run the same questions. The SQL keeps to what both understand.
 */
export type Query<Answer, Statement = Sql> = Generator<Statement, Answer, readonly unknown[]>;

export function* all<Row>(text: string, ...values: readonly (string | number)[]): Query<readonly Row[]> {
  return (yield { text, values }) as readonly Row[];
}

export function* first<Row>(text: string, ...values: readonly (string | number)[]): Query<Row | undefined> {
  return (yield* all<Row>(text, ...values))[0];
}

/** Runs a query on an index that answers at once. */
export function answerNow<Answer, Statement>(
  query: Query<Answer, Statement>,
  ask: (statement: Statement) => readonly unknown[],
): Answer {
  for (let step = query.next(); ; ) {
    if (step.done) return step.value;
    step = query.next(ask(step.value));
  }
}

/** Runs a query on an index whose answers are waited for. */
export async function answer<Answer, Statement>(
  query: Query<Answer, Statement>,
  ask: (statement: Statement) => Promise<readonly unknown[]>,
): Promise<Answer> {
  for (let step = query.next(); ; ) {
    if (step.done) return step.value;
    step = query.next(await ask(step.value));
  }
}
