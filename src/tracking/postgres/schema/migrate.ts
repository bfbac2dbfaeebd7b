import { databaseTooNew, databaseUnsuitable } from '../../errors.ts';
import { schemaName } from '../connection-options.ts';
import type { Database } from '../database.ts';
import { rows, type Work } from '../statement.ts';
import { migrations } from './migrations.ts';

/** Key of the lock under which tables are made; any number that nobody else takes. */
const lockKey = 5_417_219_202;

/**
 * Brings the tables of a database up to date. Of several servers that start at once, one does it and the others wait.
 * @throws DATABASE_TOO_NEW, DATABASE_UNSUITABLE, DATABASE_UNREACHABLE, DATABASE_REFUSED
 */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(() => checkEncoding(database));
  if (await database.transaction(() => isCurrent(database))) return;
  await database.transaction(() => bringUpToDate(database));
}

function* checkEncoding({ shownUrl }: Database): Work<void> {
  const [{ encoding } = { encoding: '' }] = yield* rows<{ encoding: string }>(
    "SELECT current_setting('server_encoding') AS encoding",
  );
  if (encoding !== 'UTF8')
    throw databaseUnsuitable(`the database at "${shownUrl}" has the encoding "${encoding}"`, {
      hint: "make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
    });
}

const newest = Math.max(...migrations.map(({ number }) => number));

/** A server that may not make tables can still use those that are there. */
function* isCurrent(database: Database): Work<boolean> {
  const [found] = yield* rows<{ table: string | null }>(
    `SELECT to_regclass('${schemaName}.migrations')::text AS table`,
  );
  return found?.table ? (yield* appliedNumber(database)) === newest : false;
}

function* appliedNumber({ shownUrl }: Database): Work<number> {
  const [{ number } = { number: 0 }] = yield* rows<{ number: number }>(
    `SELECT coalesce(max(number), 0) AS number FROM ${schemaName}.migrations`,
  );
  if (number > newest)
    throw databaseTooNew(
      `the tables in "${shownUrl}" are of version ${number}, this Slipway knows ${newest}`,
      {
        hint: 'install the newer version of Slipway that made them, on every server of this database',
      },
    );
  return number;
}

function* bringUpToDate(database: Database): Work<void> {
  yield* rows(`SELECT pg_advisory_xact_lock(${lockKey})`);
  yield* rows(`CREATE SCHEMA IF NOT EXISTS ${schemaName}`);
  yield* rows(
    `CREATE TABLE IF NOT EXISTS ${schemaName}.migrations (number integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const applied = yield* appliedNumber(database);
  for (const { number, sql } of migrations) {
    if (number <= applied) continue;
    yield { text: sql, values: [] };
    yield* rows(`INSERT INTO ${schemaName}.migrations (number) VALUES (${number})`);
  }
}
