import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { explainAccessError } from '../../../core/access-error.ts';
import { accessDenied } from '../../../core/errors.ts';
import { matchLike } from '../../search/match-like.ts';
import { indexVersion, schema } from './schema.ts';
import { type Database, openDatabase, type SqlValue, type Statement, sqliteFailure } from './sqlite.ts';

/** Milliseconds to wait for another process that holds the index, e.g. while it builds it. */
const busyMs = 60_000;

/**
 * Where the index of a store lies: in the store, or, where that is on a network disk, in a folder of its own
 * below the one that `SLIPWAY_INDEX_DIR` names.
 */
export function indexFile(
  storeDirectory: string,
  indexDirectory: string | undefined = process.env.SLIPWAY_INDEX_DIR,
): string {
  if (!indexDirectory) return path.join(storeDirectory, 'index.db');
  const name = createHash('sha256').update(path.resolve(storeDirectory)).digest('hex').slice(0, 16);
  return path.join(indexDirectory, name, 'index.db');
}

/**
 * The SQLite file behind the index. It is derived: missing, damaged or of another version it is made anew, empty, and whoever uses it
 * fills it again. Several processes may have it open.
 */
export class IndexDatabase {
  readonly #storeDirectory: string;
  readonly #file: string;
  #database: Database | undefined;
  #inode = 0;
  #statements = new Map<string, Statement>();

  constructor(storeDirectory: string) {
    this.#storeDirectory = storeDirectory;
    this.#file = indexFile(storeDirectory);
  }

  /** Runs `body` on an open index; if the file proves damaged or was replaced, once more on a new one. */
  use<Result>(body: (index: IndexDatabase) => Result): Result {
    this.#open();
    try {
      return body(this);
    } catch (error) {
      if (sqliteFailure(error) !== 'corrupt') throw error;
      this.#discard();
      this.#open();
      return body(this);
    }
  }

  /** Runs `body` while no other process writes. */
  transaction<Result>(body: () => Result): Result {
    this.execute('BEGIN IMMEDIATE');
    try {
      const result = body();
      this.execute('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  all<Row>(sql: string, ...values: readonly SqlValue[]): readonly Row[] {
    return this.prepare(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    return this.prepare(sql).get(...values) as Row | undefined;
  }

  /** Changes rows; gives the id of the row inserted. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return Number(this.prepare(sql).run(...values).lastInsertRowid);
  }

  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#handle().prepare(sql);
      if (this.#statements.size > 200) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  execute(sql: string): void {
    this.#handle().exec(sql);
  }

  close(): void {
    this.#statements.clear();
    this.#database?.close();
    this.#database = undefined;
  }

  #handle(): Database {
    if (!this.#database) throw new Error('the index is not open');
    return this.#database;
  }

  #open(): void {
    if (this.#database && inodeOf(this.#file) === this.#inode) return;
    this.close();
    // asking where there is no store must not make one
    if (inodeOf(this.#storeDirectory) === 0 || !this.#isWritable()) {
      this.#connect(':memory:');
      return;
    }
    this.#discardEmptied();
    try {
      this.#connect(this.#file);
    } catch (error) {
      if (sqliteFailure(error) !== 'corrupt') throw error;
      this.#discard();
      this.#connect(this.#file);
    }
  }

  /** Whoever may only read a store gets an index of their own; SQLite writes to the folder and beside the file. */
  #isWritable(): boolean {
    const folder = path.dirname(this.#file);
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
      for (const suffix of ['', '-wal', '-shm'])
        if (existsSync(this.#file + suffix)) accessSync(this.#file + suffix, constants.R_OK | constants.W_OK);
      return true;
    } catch (error) {
      if (accessDenied.is(explainAccessError(error))) return false;
      throw error;
    }
  }

  #connect(file: string): void {
    const database = openDatabase(file);
    this.#database = database;
    this.#inode = inodeOf(this.#file);
    database.exec(`PRAGMA busy_timeout = ${busyMs}`);
    retryWhileBusy(() => database.exec('PRAGMA journal_mode = WAL'));
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000');
    database.function(
      'slipway_like',
      { deterministic: true },
      (text: unknown, pattern: string, fold: number) =>
        typeof text === 'string' ? Number(matchLike(text, pattern, fold === 1)) : null,
    );
    if (this.#version() === indexVersion) return;
    retryWhileBusy(() => this.transaction(() => this.#migrate()));
  }

  #version(): number {
    return (this.#handle().prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  }

  /** Under the write lock, so of several processes that start at once one makes the tables. */
  #migrate(): void {
    if (this.#version() === indexVersion) return;
    const tables = this.#handle()
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all() as { name: string }[];
    for (const { name } of tables) this.execute(`DROP TABLE "${name.replaceAll('"', '""')}"`);
    this.execute(schema);
    this.execute(`PRAGMA user_version = ${indexVersion}`);
  }

  /** Removes the file that was found damaged, unless another process has put a new one there meanwhile. */
  #discard(): void {
    const damaged = this.#inode;
    try {
      this.close();
    } catch {
      // a damaged database may fail to close; it goes anyway
      this.#database = undefined;
    }
    if (inodeOf(this.#file) === damaged) this.#remove();
  }

  /** A file emptied beside a write-ahead log: SQLite never leaves that, and would wait for a lock in vain. */
  #discardEmptied(): void {
    const emptied = statSync(this.#file, { throwIfNoEntry: false })?.size === 0;
    const log = statSync(`${this.#file}-wal`, { throwIfNoEntry: false });
    if (emptied && log) this.#remove();
  }

  #remove(): void {
    for (const suffix of ['-wal', '-shm', '']) rmSync(this.#file + suffix, { force: true });
  }

  #rollBack(): void {
    try {
      this.execute('ROLLBACK');
    } catch {
      // SQLite has rolled back on its own after some errors; the first error is the one to tell
    }
  }
}

function inodeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? 0;
}

/** Some changes of mode do not wait for other connections by themselves. */
function retryWhileBusy(body: () => void): void {
  const deadline = performance.now() + busyMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      body();
      return;
    } catch (error) {
      if (sqliteFailure(error) !== 'busy' || performance.now() > deadline) throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}
