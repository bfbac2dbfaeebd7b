import type { RunRecord } from '../run.ts';
import { compileCondition, type Sql } from '../search/compile-filter.ts';
import {
  compileAfter,
  compileOrder,
  parsePageToken,
  renderOrder,
  renderPageToken,
} from '../search/compile-order.ts';
import type { OrderTerm, ParsedFilter } from '../search/condition.ts';
import { parseFilter, parseOrderBy } from '../search/parse-filter.ts';
import type { RunPage, RunQuery } from '../store.ts';
import { listedRuns } from './listed-runs.ts';
import { all, type Query } from './query.ts';
import { overlayJoin, type RecordRow, readRecord, recordColumns } from './read-run.ts';

/** Runs of a page where the query names no limit. */
export const defaultLimit = 1000;

interface Search {
  readonly where: readonly Sql[];
  readonly orderBy: readonly OrderTerm[];
  readonly limit: number;
  readonly after: readonly (string | number)[] | undefined;
}

type Row = RecordRow & Readonly<Record<`k${number}`, string | number>>;

/** A page of the project's runs as the index has them. The order of `orderBy` goes before that of the filter. */
export function* searchRuns(project: string, query: RunQuery): Query<RunPage> {
  const filter = parseFilter(query.filter ?? '');
  const search: Search = {
    where: conditions(project, query, filter),
    orderBy: query.orderBy ? parseOrderBy(query.orderBy) : filter.orderBy,
    limit: Math.max(0, Math.floor(query.limit ?? defaultLimit)),
    after: query.pageToken === undefined ? undefined : parsePageToken(fingerprint(query), query.pageToken),
  };
  if (search.limit === 0) return { runs: [] };
  const rows = yield* findRows(search);
  const page = rows.slice(0, search.limit);
  const runs: RunRecord[] = [];
  for (const row of page) runs.push(yield* readRecord(row));
  const last = page.at(-1);
  if (rows.length <= search.limit || !last) return { runs };
  return { runs, nextPageToken: renderPageToken(fingerprint(query), keyValues(last)) };
}

const fingerprint = (query: RunQuery): string =>
  JSON.stringify([
    query.filter ?? '',
    query.orderBy ?? '',
    Object.entries(query.labels ?? {}).sort(),
    query.all ?? false,
    query.trashed ?? false,
    query.parent ?? '',
  ]);

function keyValues(row: Row): readonly (string | number)[] {
  const values: (string | number)[] = [];
  for (let i = 0; ; i++) {
    const value = row[`k${i}`];
    if (value === undefined) return values;
    values.push(value);
  }
}

function conditions(project: string, query: RunQuery, filter: ParsedFilter): readonly Sql[] {
  const where: Sql[] = [
    { text: `r.project = ? AND r.trashed = ${query.trashed ? 1 : 0}`, values: [project] },
  ];
  if (query.parent !== undefined) where.push({ text: 'r.parent = ?', values: [query.parent] });
  else if (!query.all) where.push({ text: listedRuns, values: [] });
  for (const [key, value] of Object.entries(query.labels ?? {}))
    where.push(
      compileCondition({
        kind: 'compare',
        field: { scope: 'labels', key },
        operator: '=',
        literal: { type: 'string', text: value },
      }),
    );
  if (filter.condition) where.push(compileCondition(filter.condition));
  return where;
}

/**
 * One row more than the limit, if there are as many. Where the order begins with a field, the best are taken straight from the index of
 * its values; only when fewer runs than asked for have a number there, all runs are sorted.
 */
function* findRows(search: Search): Query<readonly Row[]> {
  const leading = search.orderBy[0]?.field;
  if (leading && leading.scope !== 'attribute') {
    // SQLite keeps the order of a cross join: the index of values leads
    const found = yield* select(search, 'fields o0 CROSS JOIN runs r', [
      {
        text: 'r.id = o0.run AND o0.scope = ? AND o0.key = ? AND o0.num IS NOT NULL',
        values: [leading.scope, leading.key],
      },
    ]);
    if (found.length > search.limit) return found;
  }
  return yield* select(search, 'runs r');
}

function* select(search: Search, from: string, lead?: readonly Sql[]): Query<readonly Row[]> {
  const order = compileOrder(search.orderBy, lead !== undefined);
  const where = [...(lead ?? []), ...search.where];
  if (search.after) where.push(compileAfter(order.keys, search.after));
  const keys = order.keys.map(({ sql }, i) => `${sql} AS k${i}`);
  const sql = `SELECT ${recordColumns}, ${keys.join(', ')} FROM ${from} ${order.joins.text} ${overlayJoin}
    WHERE ${where.map(({ text }) => text).join(' AND ')} ORDER BY ${renderOrder(order.keys)} LIMIT ?`;
  const values = [...order.joins.values, ...where.flatMap((part) => part.values), search.limit + 1];
  return yield* all<Row>(sql, ...values);
}
