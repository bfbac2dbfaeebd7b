import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { ChangeWatch } from '../follow-change.ts';
import { changeChannel } from './change-channel.ts';
import type { Database } from './database.ts';

/** Milliseconds between tries to listen again. */
const retryMs = 500;

/**
 * Tells which journals change, whichever server changes them. One connection listens while anybody waits; when it breaks, it is made
 * again, and everybody looks for what they may have missed.
 */
export class ChangeFeed {
  readonly #database: Database;
  readonly #watchers = new Map<number, Set<() => void>>();
  readonly #closed = new AbortController();
  #listening: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves when changes from now on will be told, or could not be: then the timeouts of `next` remain. */
  async watch(journal: number): Promise<ChangeWatch> {
    let changed = false;
    let wake: (() => void) | undefined;
    const notice = (): void => {
      changed = true;
      wake?.();
    };
    const watchers = this.#watchers.get(journal) ?? new Set();
    this.#watchers.set(journal, watchers.add(notice));
    await this.#listen();
    return {
      async next(timeoutMs, signal) {
        if (changed || signal?.aborted) {
          changed = false;
          return;
        }
        await new Promise<void>((resolve) => {
          const finish = (): void => {
            clearTimeout(timer);
            signal?.removeEventListener('abort', finish);
            wake = undefined;
            resolve();
          };
          const timer = setTimeout(finish, timeoutMs);
          signal?.addEventListener('abort', finish, { once: true });
          wake = finish;
        });
        changed = false;
      },
      close: () => {
        watchers.delete(notice);
        if (watchers.size === 0) this.#watchers.delete(journal);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#client?.end().catch(() => undefined);
  }

  #client: pg.Client | undefined;

  #listen(): Promise<void> {
    this.#listening ??= this.#connect().catch(() => this.#retry());
    return this.#listening;
  }

  async #connect(): Promise<void> {
    const client = await this.#database.connect();
    client.on('notification', ({ payload = '' }) => {
      for (const id of payload.split(',')) this.#wake(this.#watchers.get(Number(id)));
    });
    client.once('end', () => this.#retry());
    // the end follows every error
    client.on('error', () => undefined);
    this.#client = client;
    await client.query(`LISTEN ${changeChannel}`);
    for (const watchers of this.#watchers.values()) this.#wake(watchers);
  }

  #retry(): void {
    this.#client = undefined;
    this.#listening = undefined;
    const { signal } = this.#closed;
    if (signal.aborted || this.#watchers.size === 0) return;
    void delay(retryMs, undefined, { signal, ref: false }).then(
      () => this.#listen(),
      () => undefined,
    );
  }

  #wake(watchers: ReadonlySet<() => void> | undefined): void {
    for (const notice of watchers ?? []) notice();
  }
}
