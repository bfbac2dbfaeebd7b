import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSlipwayError } from '../../../core/error.ts';
import { notShipped } from '../../errors.ts';
import { readFrom } from '../../ledger.ts';
import { type JournalPosition, journalStart, readJournal } from '../../read-journal.ts';
import type { Replicas } from '../../replicas.ts';
import { retryDelay } from '../../retry-delay.ts';
import { journalFile, runDirectory } from '../../store-layout.ts';

/** Most bytes of output in a row. */
const outputBytes = 1024 * 1024;

/** A run in the local store that takes it first. */
export interface SpooledRun {
  readonly spool: string;
  readonly project: string;
  readonly uid: string;
}

/** Brings a run of a local store into the database: events and output in order, each once, as often as it takes. */
export class JournalShipper {
  readonly #replicas: Replicas;
  readonly #run: SpooledRun;
  readonly #journal: string;
  readonly #output: string;
  readonly #closed = new AbortController();
  #position: JournalPosition = journalStart;
  #sent: number;
  #outputSent = 0;
  #working: Promise<void> | undefined;
  #again = false;
  #failure: unknown;

  /** @param sent last event that the database is known to have */
  constructor(replicas: Replicas, run: SpooledRun, sent: number) {
    this.#replicas = replicas;
    this.#run = run;
    this.#sent = sent;
    this.#journal = journalFile(run.spool, run.project, run.uid);
    this.#output = path.join(runDirectory(run.spool, run.project, run.uid), 'output.log');
  }

  /** Last event that the database has. */
  get sent(): number {
    return this.#sent;
  }

  /** Says that there may be something new. */
  notify(): void {
    if (this.#closed.signal.aborted || this.#failure !== undefined) return;
    if (this.#working) this.#again = true;
    else this.#working = this.#work();
  }

  notifyOfOutput(): void {
    if ((statSync(this.#output, { throwIfNoEntry: false })?.size ?? 0) > this.#outputSent) this.notify();
  }

  /**
   * Resolves when the database has everything.
   * @throws NOT_SHIPPED when it does not within so many milliseconds
   */
  async flush(withinMs: number): Promise<void> {
    this.notify();
    const done = new AbortController();
    const limit = delay(withinMs, 'late', { signal: done.signal }).catch(() => 'done');
    try {
      while (this.#working)
        if ((await Promise.race([this.#working, limit])) === 'late') throw this.#notShipped(withinMs);
    } finally {
      done.abort();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { signal } = this.#closed;
    for (let failures = 0; !signal.aborted; ) {
      this.#again = false;
      if (failures > 0) await delay(retryDelay(failures), undefined, { signal }).catch(() => undefined);
      try {
        await this.#send();
        failures = 0;
        if (!this.#again) break;
      } catch (error) {
        failures++;
        if (isSlipwayError(error) && error.kind === 'unavailable') continue;
        this.#failure = error;
        break;
      }
    }
    this.#working = undefined;
  }

  /** Output goes before the events that came after it, so that a run's end is its end. */
  async #send(): Promise<void> {
    for (;;) {
      const { events, position, corrupt } = readJournal(this.#journal, this.#position);
      if (corrupt && events.length === 0) throw corrupt;
      if (this.#sent > 0) await this.#sendOutput();
      const fresh = events.filter(({ seq }) => seq > this.#sent);
      if (fresh.length > 0) this.#sent = (await this.#replicas.receive(this.#run.uid, fresh)).lastSeq;
      this.#position = position;
      if (events.length === 0) return;
    }
  }

  async #sendOutput(): Promise<void> {
    for (;;) {
      const bytes = readFrom(this.#output, this.#outputSent).subarray(0, outputBytes);
      if (bytes.length === 0) return;
      this.#outputSent = (await this.#replicas.receiveLog(this.#run.uid, this.#outputSent, bytes)).size;
    }
  }

  #notShipped(withinMs: number): Error {
    const { uid, spool } = this.#run;
    return notShipped(`run "${uid}" could not be brought into the database within ${withinMs / 1000} s`, {
      hint: `it is kept in "${spool}" and can be sent later`,
      details: { uid, directory: spool },
    });
  }
}
