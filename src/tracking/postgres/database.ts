import type pg from 'pg';
import { answer } from '../queries/query.ts';
import { connectionOptions, connectionStart } from './connection-options.ts';
import { renderDatabaseUrl } from './database-url.ts';
import { explainDatabaseError, isCollision } from './explain-database-error.ts';
import { loadPg } from './load-pg.ts';
import type { Statement, Work } from './statement.ts';

/** Most connections of one server. */
const mostConnections = 12;
/** How often a transaction is tried that others got in the way of. */
const mostTries = 5;

/** A Postgres database: connections are opened when they are needed and replaced when they break. */
export class Database {
  /** The address as it may be shown. */
  readonly shownUrl: string;
  readonly #url: string;
  #pool: Promise<pg.Pool> | undefined;

  constructor(url: string) {
    this.#url = url;
    this.shownUrl = renderDatabaseUrl(url);
  }

  /** Rows of a single statement. Throws DATABASE_UNREACHABLE, DATABASE_REFUSED. */
  async query(statement: Statement): Promise<readonly unknown[]> {
    try {
      const pool = await this.#connected();
      return (await pool.query(toQuery(statement))).rows;
    } catch (error) {
      throw explainDatabaseError(error, this.shownUrl);
    }
  }

  /** Does work in a transaction; whole or not at all. Work may be begun again, so it is made anew for every try. */
  async transaction<Answer>(work: () => Work<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#attempt(work());
      } catch (error) {
        if (!isCollision(error) || tries === mostTries) throw explainDatabaseError(error, this.shownUrl);
      }
    }
  }

  /** A connection of its own, not of the pool: for listening. */
  async connect(): Promise<pg.Client> {
    const driver = await loadPg();
    const client = new driver.Client({ ...connectionOptions(driver, this.#url), query_timeout: undefined });
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw explainDatabaseError(error, this.shownUrl);
    }
  }

  async close(): Promise<void> {
    await (await this.#pool)?.end();
  }

  async #attempt<Answer>(work: Work<Answer>): Promise<Answer> {
    const client = await (await this.#connected()).connect();
    let failure: Error | undefined;
    try {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      const result = await answer(work, async (statement) => (await client.query(toQuery(statement))).rows);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      failure = error as Error;
      // where this fails too, the connection is of no use to anybody
      await client.query('ROLLBACK').then(
        () => {
          failure = undefined;
        },
        () => undefined,
      );
      throw error;
    } finally {
      client.release(failure);
    }
  }

  #connected(): Promise<pg.Pool> {
    this.#pool ??= this.#open();
    return this.#pool;
  }

  async #open(): Promise<pg.Pool> {
    const driver = await loadPg();
    const pool = new driver.Pool({
      ...connectionOptions(driver, this.#url),
      max: mostConnections,
      onConnect: async (client) => {
        await client.query(connectionStart);
      },
    });
    // a connection that breaks while nobody uses it is replaced by the next use
    pool.on('error', () => undefined);
    return pool;
  }
}

const toQuery = ({ text, values, name }: Statement): pg.QueryConfig => ({
  text,
  values: values as unknown[],
  ...(name === undefined ? {} : { name }),
});
