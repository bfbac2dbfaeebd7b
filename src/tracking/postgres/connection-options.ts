import type pg from 'pg';

/** Milliseconds that a connection may take to stand. */
const connectMs = 5000;
/** Milliseconds after which a statement without an answer counts as lost with its connection. */
const answerMs = 120_000;

const bigint = 20;
const json = 114;

/** How the driver is to connect. TLS is as the address says (`sslmode`, `sslrootcert` …), what it leaves open as the PG* variables. */
export function connectionOptions(driver: typeof pg, url: string): pg.ClientConfig {
  const types = new driver.TypeOverrides();
  types.setTypeParser(bigint, Number);
  // journals are kept as they were written, to the letter
  types.setTypeParser(json, (text) => text);
  return {
    connectionString: url,
    application_name: 'slipway',
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    keepAlive: true,
    types,
  };
}

/** The folder of tables that is Slipway's own in the database. */
export const schemaName = 'slipway';

/** What every connection begins with. */
export const connectionStart: string = `SET search_path TO ${schemaName}; SET client_min_messages TO warning`;
