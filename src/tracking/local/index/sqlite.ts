import { createRequire } from 'node:module';

/** What of SQLite the index uses; `node:sqlite` and `@photostructure/sqlite` both have it. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  function(name: string, options: { deterministic: boolean }, body: (...args: never[]) => unknown): void;
  close(): void;
}

export interface Statement {
  run(...values: readonly SqlValue[]): { lastInsertRowid: number | bigint };
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): unknown[];
}

export type SqlValue = string | number | null;

type DatabaseClass = new (file: string) => Database;

let databaseClass: DatabaseClass | undefined;

/** Opens a database file with the SQLite that Node brings, else with the packaged one. */
export function openDatabase(file: string): Database {
  databaseClass ??= builtIn() ?? packaged();
  return new databaseClass(file);
}

/** Node announces that its module is experimental on first use; that is nothing a user of Slipway can act on. */
function builtIn(): DatabaseClass | undefined {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    const module = process.getBuiltinModule('node:sqlite' as 'node:fs') as
      | { DatabaseSync?: DatabaseClass }
      | undefined;
    const found = module?.DatabaseSync;
    // the first versions lack user functions, which LIKE needs
    return found && 'function' in found.prototype ? found : undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function packaged(): DatabaseClass {
  const require = createRequire(import.meta.url);
  return (require('@photostructure/sqlite') as { DatabaseSync: DatabaseClass }).DatabaseSync;
}

/** SQLite's own name for why a call failed, or undefined for any other error. */
export function sqliteFailure(error: unknown): 'busy' | 'corrupt' | 'other' | undefined {
  const {
    message = '',
    code,
    errcode,
  } = (error ?? {}) as {
    message?: string;
    code?: unknown;
    errcode?: unknown;
  };
  const primary = typeof errcode === 'number' ? errcode & 0xff : undefined;
  if (primary === 5 || primary === 6 || /database (table )?is locked/.test(message)) return 'busy';
  if (primary === 11 || primary === 26 || /malformed|not a database/.test(message)) return 'corrupt';
  return primary !== undefined || String(code).includes('SQLITE') ? 'other' : undefined;
}
