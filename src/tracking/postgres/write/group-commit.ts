import { isSlipwayError } from '../../../core/error.ts';
import type { Database } from '../database.ts';
import { appendJournals, type BatchOutcome, type JournalBatch, keyOf } from './append-journals.ts';
import { appendOnward, isPlain, type OnwardBatch } from './append-onward.ts';

interface Waiting {
  readonly batch: JournalBatch;
  readonly resolve: (lastSeq: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Most journals whose ends are remembered. */
const mostHeads = 10_000;
/** Most events of a transaction; a batch larger than that has one of its own. */
const mostEvents = 10_000;

/**
 * Brings batches of journals into the database, those that come while others are being written in one transaction: many clients share
 * the price of making it durable. What is acknowledged is committed.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #queue: Waiting[] = [];
  /** Where this server left the journals that it wrote to last; others may have gone on since. */
  readonly #heads = new Map<string, { readonly journal: number; readonly seq: number }>();
  #busy = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves with the last seq that is safe. Batches of one run are taken in the order of the calls. */
  append(batch: JournalBatch): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ batch, resolve, reject });
      if (!this.#busy) void this.#drain();
    });
  }

  /** One transaction after the other: what comes while one waits for the disk takes the next. */
  async #drain(): Promise<void> {
    this.#busy = true;
    // what arrives in the same turn of the event loop travels along
    await new Promise(setImmediate);
    while (this.#queue.length > 0) await this.#commit(takeGroup(this.#queue));
    this.#busy = false;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const left = await this.#goOn(group);
    if (left.length > 0) await this.#takeAll(left);
  }

  /** Takes what goes on where this server left it; gives the rest. */
  async #goOn(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const onward = new Map<number, Waiting & OnwardBatch>();
    for (const waiting of group) {
      const head = this.#heads.get(keyOf(waiting.batch));
      if (head && !onward.has(head.journal) && isPlain(waiting.batch, head.seq))
        onward.set(head.journal, { ...waiting, journal: head.journal, after: head.seq });
    }
    const statement = onward.size > 0 ? appendOnward([...onward.values()]) : undefined;
    if (!statement) return group;
    // whatever goes wrong, the long way finds out what it was
    const taken = await this.#database.query(statement).catch(() => []);
    const done = new Set<JournalBatch>();
    for (const { id } of taken as readonly { id: number }[]) {
      const { batch, after, resolve } = onward.get(id) ?? {};
      if (!batch || after === undefined) continue;
      done.add(batch);
      this.#remember(batch, id, after + batch.events.length);
      resolve?.(after + batch.events.length);
    }
    return group.filter(({ batch }) => !done.has(batch));
  }

  #remember(batch: JournalBatch, journal: number, seq: number): void {
    const key = keyOf(batch);
    this.#heads.delete(key);
    this.#heads.set(key, { journal, seq });
    if (this.#heads.size > mostHeads) this.#heads.delete(this.#heads.keys().next().value ?? '');
  }

  async #takeAll(group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#database.transaction(() =>
        appendJournals(group.map(({ batch }) => batch)),
      );
      for (const [index, { batch, resolve, reject }] of group.entries()) {
        const outcome = outcomes[index];
        if (outcome && 'journal' in outcome && outcome.journal !== undefined)
          this.#remember(batch, outcome.journal, outcome.lastSeq);
        settle(outcome, resolve, reject);
      }
    } catch (error) {
      // something that the database cannot take must not cost the others theirs
      if (group.length === 1 || isSlipwayError(error)) for (const { reject } of group) reject(error);
      else for (const one of group) await this.#takeAll([one]);
    }
  }
}

function settle(
  outcome: BatchOutcome | undefined,
  resolve: (lastSeq: number) => void,
  reject: (error: unknown) => void,
): void {
  if (outcome && 'lastSeq' in outcome) resolve(outcome.lastSeq);
  else reject(outcome?.error);
}

function takeGroup(queue: Waiting[]): readonly Waiting[] {
  let events = 0;
  let length = 0;
  for (const { batch } of queue) {
    events += batch.events.length;
    if (length > 0 && events > mostEvents) break;
    length++;
  }
  return queue.splice(0, length);
}
