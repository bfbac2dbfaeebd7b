import type pg from 'pg';
import { databaseUnsuitable } from '../../errors.ts';
import type { Database } from '../database.ts';

/** Times that a pooler gets to show itself: it may happen to have a connection to spare. */
const tries = 3;

/**
 * Refuses a pooler that gives a connection to others between transactions (PgBouncer with `pool_mode = transaction`): listening,
 * prepared statements and settings of a session would be somebody else's. One that keeps connections for whole sessions is fine.
 * @throws DATABASE_UNSUITABLE, DATABASE_UNREACHABLE, DATABASE_REFUSED
 */
export async function refusePooler(database: Database): Promise<void> {
  const first = await database.connect();
  try {
    if (!(await isPooled(first))) return;
    const second = await database.connect();
    try {
      for (let count = 0; count < tries; count++) if (await isShared(first, second)) throw refused(database);
    } finally {
      await second.end();
    }
  } finally {
    await first.end();
  }
}

/** A pooler gives its clients numbers of its own, which cancel requests would be sent to. */
async function isPooled(client: pg.Client): Promise<boolean> {
  const { processID } = client as pg.Client & { readonly processID?: number };
  return processID !== (await backendOf(client));
}

/** Whether two connections that are both open were given the same process of the database. */
async function isShared(first: pg.Client, second: pg.Client): Promise<boolean> {
  const before = await backendOf(first);
  return before === (await backendOf(second)) || before !== (await backendOf(first));
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

function refused({ shownUrl }: Database): Error {
  return databaseUnsuitable(
    `the database at "${shownUrl}" is behind a pooler that gives its connections to others between transactions`,
    {
      hint: 'address Postgres itself, as a server holds 12 connections at most, or let the pooler keep whole sessions for this database (PgBouncer: pool_mode = session)',
    },
  );
}
