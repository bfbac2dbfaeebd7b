import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { isSlipwayError, type SlipwayError } from '../../core/error.ts';
import { journalGap, logGap, notShipped } from '../errors.ts';
import type { JournalEvent } from '../journal-event.ts';
import { readFrom } from '../ledger.ts';
import { type JournalPosition, journalStart, readWholeJournal } from '../read-journal.ts';
import { retryDelay } from '../retry-delay.ts';
import { terminalStates } from '../run.ts';
import { journalFile, runDirectory } from '../store-layout.ts';
import { readBatches } from './journal-batch.ts';
import type { ServerClient } from './server-client.ts';
import { shipArtifact } from './ship-artifact.ts';

export interface ShippedRun {
  readonly storeDirectory: string;
  readonly project: string;
  readonly uid: string;
}

export interface RunShipperOptions {
  /** Last event that the server is known to have. @default 0 */
  readonly sent?: number;
  /** Bytes of output that the server is known to have. @default 0 */
  readonly outputSent?: number;
  /** The server did not answer; it is asked again. */
  readonly onUnreachable?: (error: SlipwayError) => void;
  /** The server refuses the run for good, e.g. because somebody else has taken it over. */
  readonly onRefused?: (error: unknown) => void;
}

/** How long the server may take to get everything. */
export interface FlushLimits {
  /** Milliseconds in all. */
  readonly withinMs: number;
  /** Milliseconds without an answer after which it counts as away. @default as in all */
  readonly awayMs?: number;
}

/** Events that come close together travel together; milliseconds. */
const coalesceMs = 20;
/** Silence after which the server is told that a run which has nothing to say lives; milliseconds. */
const signOfLifeMs = 30_000;
/** How often in a row, in about two minutes, a server may fail before it counts as refusing what it is sent. */
const mostServerFailures = 30;
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
  #outputSent: number;
  #lastSentAt = performance.now();
  #working: Promise<void> | undefined;
  #again = false;
  #closed = new AbortController();
  #failure: unknown;
  /** Since when the server has not answered. */
  #awaySince: number | undefined;
  /** Answers in a row by which the server told that it failed itself. */
  #serverFailures = 0;
  /** The server has the event that ends the run. */
  #endSent = false;
  readonly #onUnreachable: RunShipperOptions['onUnreachable'];
  readonly #onRefused: RunShipperOptions['onRefused'];

  constructor(client: ServerClient, run: ShippedRun, options: RunShipperOptions = {}) {
    this.#sent = options.sent ?? 0;
    this.#outputSent = options.outputSent ?? 0;
    this.#onUnreachable = options.onUnreachable;
    this.#onRefused = options.onRefused;
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

  /** Sends what others have written meanwhile, if they have; or, after a long silence, that the run lives. */
  look(): void {
    if (this.#working) this.#again = true;
    else if (this.hasNews || this.#isSilent) this.notify();
  }

  /** Whether there are events or output that have not been sent. */
  get hasNews(): boolean {
    return sizeOf(this.#journal) > this.#position.offset || sizeOf(this.#output) > this.#outputSent;
  }

  get #isSilent(): boolean {
    return this.#sent > 0 && !this.#endSent && performance.now() - this.#lastSentAt > signOfLifeMs;
  }

  /** Whether the run has ended and nothing of it is left to be sent, or the server does not take it. */
  get isDone(): boolean {
    return this.#working === undefined && ((this.#endSent && !this.hasNews) || this.#failure !== undefined);
  }

  /**
   * Resolves when the server has everything.
   * @throws NOT_SHIPPED when it does not within the limits; what the server refuses for good is thrown as it is
   */
  async flush(limits: FlushLimits): Promise<void> {
    this.notify();
    const done = new AbortController();
    const limit = this.#limit(limits, done.signal);
    try {
      while (this.#working)
        if ((await Promise.race([this.#working, limit])) === 'late') throw this.#notShipped();
    } finally {
      done.abort();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #limit({ withinMs, awayMs = withinMs }: FlushLimits, done: AbortSignal): Promise<'late' | undefined> {
    const start = performance.now();
    while (!done.aborted) {
      const now = performance.now();
      const away = this.#awaySince === undefined ? 0 : now - Math.max(start, this.#awaySince);
      if (now - start >= withinMs || away >= awayMs) return 'late';
      const left = Math.min(withinMs - (now - start), awayMs - away);
      await delay(left, undefined, { signal: done }).catch(() => undefined);
    }
    return undefined;
  }

  /** Whether the server did not answer when it was asked last. */
  get isAway(): boolean {
    return this.#awaySince !== undefined;
  }

  /**
   * Sends what the journal holds while this thread waits: another writer is to go on with the run, or the process ends. A server that
   * is away gets it later. Gives whether it has all events now.
   */
  handOver(): boolean {
    const { events } = readWholeJournal(this.#journal);
    const fresh = events.filter(({ seq }) => seq > this.#sent);
    // the files of an artifact cannot be sent this way
    if (fresh.some(({ kind }) => kind === 'artifact')) {
      this.notify();
      return false;
    }
    try {
      const text = this.#client.callNow('POST', `/runs/${this.#run.uid}/events`, { events: fresh });
      this.#sent = (JSON.parse(text) as { lastSeq: number }).lastSeq;
      return true;
    } catch {
      this.notify();
      return false;
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
      // a server that is away keeps no process alive: who waits for it does
      const waitMs = failures === 0 ? coalesceMs : retryDelay(failures);
      await delay(waitMs, undefined, { signal, ref: failures === 0 }).catch(() => undefined);
      try {
        await this.#send();
        failures = 0;
        this.#serverFailures = 0;
        this.#awaySince = undefined;
        if (!this.#again) break;
      } catch (error) {
        failures++;
        if (this.#recover(error)) continue;
        this.#failure = error;
        this.#onRefused?.(error);
        break;
      }
    }
    this.#working = undefined;
  }

  /** One round: whatever is in journal and output now. */
  async #send(): Promise<void> {
    for (;;) {
      const batches = readBatches(this.#journal, this.#position);
      // what was printed before these events may still be on its way through a pipe of this process
      if (batches.length > 0) await pipesRead();
      // the run must be there before its output can be; an end must come after it
      if (this.#sent > 0) await this.#sendOutput();
      if (batches.length === 0) {
        if (this.#isSilent) await this.#post([]);
        return;
      }
      for (const { events } of batches) await this.#sendEvents(events);
      // not before all of it has come: what failed in between is read again, and what has come is left out
      this.#position = batches.at(-1)?.position ?? this.#position;
    }
  }

  async #sendEvents(events: readonly JournalEvent[]): Promise<void> {
    const ends = events.some((event) => event.kind === 'state' && terminalStates.has(event.state));
    await this.#sendFresh(events.filter(({ seq }) => seq > this.#sent));
    this.#endSent ||= ends;
  }

  async #sendFresh(fresh: readonly JournalEvent[]): Promise<void> {
    if (fresh.length === 0) return;
    for (const event of fresh)
      if (event.kind === 'artifact')
        await shipArtifact(this.#client, this.#run.storeDirectory, event.artifact);
    await this.#post(fresh);
  }

  async #post(events: readonly JournalEvent[]): Promise<void> {
    const answer = await this.#client.call<{ lastSeq: number }>('POST', `/runs/${this.#run.uid}/events`, {
      json: { events },
    });
    this.#sent = answer.lastSeq;
    this.#lastSentAt = performance.now();
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
    // one that failed may answer when it is asked again, and takes nothing twice
    this.#serverFailures = kind === 'internal' ? this.#serverFailures + 1 : 0;
    const isPassing = kind === 'internal' && this.#serverFailures <= mostServerFailures;
    if (kind !== 'unavailable' && !isPassing) return false;
    this.#awaySince ??= performance.now();
    this.#onUnreachable?.(error);
    return true;
  }

  #notShipped(): Error {
    const { uid, storeDirectory } = this.#run;
    const why = this.#awaySince === undefined ? 'in time' : 'while it does not answer';
    return notShipped(`run "${uid}" could not be brought to "${this.#client.url}" ${why}`, {
      hint: 'it is kept here; send it later with `slipway sync`',
      details: { uid, directory: storeDirectory },
    });
  }
}

/** Resolves when whatever could be read has been: all of a turn of the event loop has passed. */
async function pipesRead(): Promise<void> {
  await turn();
  await turn();
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
