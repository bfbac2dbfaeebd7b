import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSlipwayError } from '../../core/error.ts';
import { journalGap, logGap, notShipped } from '../errors.ts';
import type { JournalEvent } from '../journal-event.ts';
import { readFrom } from '../ledger.ts';
import { type JournalPosition, journalStart, readWholeJournal } from '../read-journal.ts';
import { journalFile, runDirectory } from '../store-layout.ts';
import { readBatches } from './journal-batch.ts';
import { retryDelay } from './retry-delay.ts';
import type { ServerClient } from './server-client.ts';
import { shipArtifact } from './ship-artifact.ts';

export interface ShippedRun {
  readonly storeDirectory: string;
  readonly project: string;
  readonly uid: string;
}

/** Events that come close together travel together; milliseconds. */
const coalesceMs = 20;
/** Most bytes of output in a request. */
const outputBytes = 4 * 1024 * 1024;

/**
 * Brings a run of a local store to a server: output and events in order, artifacts before the events that name them. What the
 * server has is known from its answers, so nothing is lost or doubled whoever dies in between.
 */
export class RunShipper {
  readonly #client: ServerClient;
  readonly #run: ShippedRun;
  readonly #journal: string;
  readonly #output: string;
  #position: JournalPosition = journalStart;
  #sent: number;
  #outputSent = 0;
  #working: Promise<void> | undefined;
  #again = false;
  #closed = new AbortController();
  #failure: unknown;

  /** @param sent last event that the server is known to have */
  constructor(client: ServerClient, run: ShippedRun, sent = 0) {
    this.#sent = sent;
    this.#client = client;
    this.#run = run;
    this.#journal = journalFile(run.storeDirectory, run.project, run.uid);
    this.#output = path.join(runDirectory(run.storeDirectory, run.project, run.uid), 'output.log');
  }

  /** Says that there may be something new; it goes out soon, with what comes meanwhile. */
  notify(): void {
    if (this.#closed.signal.aborted || this.#failure !== undefined) return;
    if (this.#working) this.#again = true;
    else this.#working = this.#work();
  }

  /** Whether there is output that has not been sent. */
  get hasOutput(): boolean {
    return (statSync(this.#output, { throwIfNoEntry: false })?.size ?? 0) > this.#outputSent;
  }

  /**
   * Resolves when the server has everything.
   * @throws NOT_SHIPPED when it does not within so many milliseconds; what the server refuses for good is thrown as it is
   */
  async flush(withinMs: number): Promise<void> {
    this.notify();
    const late = new AbortController();
    const limit = delay(withinMs, 'late', { signal: late.signal }).catch(() => 'done');
    try {
      while (this.#working)
        if ((await Promise.race([this.#working, limit])) === 'late') throw this.#notShipped(withinMs);
    } finally {
      late.abort();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Sends what the journal holds while this thread waits: another writer is to go on with the run. A server that is away gets it later.
   */
  handOver(): void {
    const { events } = readWholeJournal(this.#journal);
    const fresh = events.filter(({ seq }) => seq > this.#sent);
    // the files of an artifact cannot be sent this way
    if (fresh.some(({ kind }) => kind === 'artifact')) {
      this.notify();
      return;
    }
    try {
      const text = this.#client.callNow('POST', `/runs/${this.#run.uid}/events`, { events: fresh });
      this.#sent = (JSON.parse(text) as { lastSeq: number }).lastSeq;
    } catch {
      this.notify();
    }
  }

  /** Stops sending; what is left stays in the local store. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { signal } = this.#closed;
    for (let failures = 0; !signal.aborted; ) {
      this.#again = false;
      await delay(failures === 0 ? coalesceMs : retryDelay(failures), undefined, { signal }).catch(
        () => undefined,
      );
      try {
        await this.#send();
        failures = 0;
        if (!this.#again) break;
      } catch (error) {
        failures++;
        if (this.#recover(error)) continue;
        this.#failure = error;
        break;
      }
    }
    this.#working = undefined;
  }

  /** One round: whatever is in journal and output now. */
  async #send(): Promise<void> {
    for (;;) {
      const [batch] = readBatches(this.#journal, this.#position);
      // the run must be there before its output can be; an end must come after it
      if (this.#sent > 0) await this.#sendOutput();
      if (!batch) return;
      for (const { events, position } of readBatches(this.#journal, this.#position)) {
        await this.#sendEvents(events);
        this.#position = position;
      }
    }
  }

  async #sendEvents(events: readonly JournalEvent[]): Promise<void> {
    const fresh = events.filter(({ seq }) => seq > this.#sent);
    if (fresh.length === 0) return;
    for (const event of fresh)
      if (event.kind === 'artifact')
        await shipArtifact(this.#client, this.#run.storeDirectory, event.artifact);
    const answer = await this.#client.call<{ lastSeq: number }>('POST', `/runs/${this.#run.uid}/events`, {
      json: { events: fresh },
    });
    this.#sent = answer.lastSeq;
  }

  async #sendOutput(): Promise<void> {
    for (;;) {
      const bytes = readFrom(this.#output, this.#outputSent).subarray(0, outputBytes);
      if (bytes.length === 0) return;
      const answer = await this.#client.call<{ size: number }>(
        'POST',
        `/runs/${this.#run.uid}/output?offset=${this.#outputSent}`,
        { stream: { type: 'application/octet-stream', body: bytes } },
      );
      this.#outputSent = answer.size;
    }
  }

  /** Whether trying again makes sense. A server that has less than it said (restored from a copy) gets the rest again. */
  #recover(error: unknown): boolean {
    if (!isSlipwayError(error)) return false;
    const { code, kind, details } = error;
    if (code === journalGap.code) {
      this.#sent = Number(details?.lastSeq ?? 0);
      this.#position = journalStart;
      return true;
    }
    if (code === logGap.code) {
      this.#outputSent = Number(details?.size ?? 0);
      return true;
    }
    return kind === 'unavailable';
  }

  #notShipped(withinMs: number): Error {
    const { uid, storeDirectory } = this.#run;
    return notShipped(
      `run "${uid}" could not be brought to "${this.#client.url}" within ${withinMs / 1000} s`,
      {
        hint: `it is kept; send it later: \`slipway sync ${storeDirectory}\``,
        details: { uid, directory: storeDirectory },
      },
    );
  }
}
