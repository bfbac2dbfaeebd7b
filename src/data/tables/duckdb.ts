import { createRequire } from 'node:module';
import type * as DuckDb from '@duckdb/node-api';
import { missingPackage } from '../../core/errors.ts';
import { scratchDirectory } from '../scratch-directory.ts';

let opened: Promise<DuckDb.DuckDBInstance> | undefined;
let loaded: typeof DuckDb | undefined;

/** The DuckDB package, loaded on first use. */
export function loadDuckDb(): typeof DuckDb {
  try {
    loaded ??= createRequire(import.meta.url)('@duckdb/node-api') as typeof DuckDb;
    return loaded;
  } catch (error) {
    throw missingPackage('reading and writing Parquet needs the package "@duckdb/node-api"', {
      hint: 'npm install @duckdb/node-api',
      cause: error,
    });
  }
}

/**
 * Runs some work on a connection of this process's own in-memory DuckDB. It never fetches extensions, and it works in one
 * thread, so that equal rows give equal bytes of Parquet.
 */
export async function withDuckDb<T>(work: (connection: DuckDb.DuckDBConnection) => Promise<T>): Promise<T> {
  opened ??= open();
  const connection = await (await opened).connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}

function open(): Promise<DuckDb.DuckDBInstance> {
  return loadDuckDb().DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: scratchDirectory(),
  });
}

/** A text as an SQL literal. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as an SQL identifier. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A path as an SQL literal in which `*`, `?` and `[` mean themselves. */
export const sqlPath = (file: string): string => sqlText(file.replaceAll(/[*?[]/g, '[$&]'));
