import { existsSync, type FSWatcher, watch } from 'node:fs';
import type { SlipwayError } from '../../core/error.ts';
import type { CreatedEvent } from '../journal-event.ts';
import { readLedger } from '../ledger.ts';
import { journalStart, readJournal } from '../read-journal.ts';
import { journalFile, ledgerFile, runDirectory } from '../store-layout.ts';
import { type FlushLimits, RunShipper } from './run-shipper.ts';
import type { ServerClient } from './server-client.ts';
import { watchRemoteStop } from './watch-remote-stop.ts';

export interface ShippingOptions {
  readonly client: ServerClient;
  readonly storeDirectory: string;
  readonly project: string;
  /** A run was asked, at the server, to stop. */
  readonly onStop: (uid: string, reason: string) => void;
  /**
   * Which runs that other processes begin in the same folder go to the server too: those below the ones that were begun here, or all
   * of them. @default 'family'
   */
  readonly adopts?: 'family' | 'all';
  /** Whether requests to stop are asked for, which keeps the process alive while a run goes on. @default true */
  readonly watchesStops?: boolean;
  /** The server did not answer; what was to be sent is tried again. */
  readonly onUnreachable?: (error: SlipwayError) => void;
  /** The server refuses a run for good. */
  readonly onRefused?: (uid: string, error: unknown) => void;
}

/** Milliseconds between looks at what others write: the runner's process its journal and output, a sweep's runner its trials. */
const lookMs = 200;

/** What the server is known to have of a run. */
export interface ShippedPart {
  /** Last event. */
  readonly sent?: number;
  /** Bytes of output. */
  readonly outputSent?: number;
}

interface ShippedRun {
  readonly shipper: RunShipper;
  readonly stopWatch: AbortController;
  readonly watcher: FSWatcher | undefined;
  readonly left: AbortController;
  /** A writer of this process has the journal. */
  isWritten: boolean;
}

/**
 * The runs of a local store that are on their way to a server: those begun here, whoever goes on with their journals in the same
 * folder, and the runs below them. Each is followed until it has ended and the server has all of it.
 */
export class Shipping {
  readonly #options: ShippingOptions;
  readonly #runs = new Map<string, ShippedRun>();
  /** Every run that was followed: runs below them are theirs, also when they have ended. */
  readonly #family = new Set<string>();
  readonly #ledger: string;
  /** Runs of the ledger whose first event was not there yet. */
  #unread: readonly string[] = [];
  #ledgerOffset: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ShippingOptions) {
    this.#options = options;
    this.#ledger = ledgerFile(options.storeDirectory, options.project);
  }

  /** Begins to bring a run to the server, with whatever its journal holds and a writer of this process adds. */
  begin(uid: string, part: ShippedPart = {}): RunShipper {
    const run = this.#runs.get(uid) ?? this.#begin(uid, part);
    run.isWritten = true;
    return run.shipper;
  }

  /** Begins to bring a run to the server that another process writes in the same folder. */
  adopt(uid: string, part: ShippedPart): void {
    if (!this.#runs.has(uid)) this.#begin(uid, part);
  }

  /** Lets go of a run that goes on elsewhere, once the server has what was written here. */
  async leave(uid: string, limits: FlushLimits): Promise<void> {
    const run = this.#runs.get(uid);
    if (!run) return;
    await run.shipper.flush(limits);
    this.#runs.delete(uid);
    run.left.abort();
    await end(run);
  }

  /** Sends a run's events while this thread waits, unless the server is known to be away. Gives whether it has all of them. */
  sendNow(uid: string): boolean {
    const shipper = this.#runs.get(uid)?.shipper;
    return shipper === undefined || (!shipper.isAway && shipper.handOver());
  }

  /** Fires when a run is left to others: what they write does not come here. */
  left(uid: string): AbortSignal | undefined {
    return this.#runs.get(uid)?.left.signal;
  }

  /** The writer of this process has let go of the journal: the run has ended, or another one goes on with it. */
  release(uid: string): void {
    const run = this.#runs.get(uid);
    if (run) run.isWritten = false;
  }

  /** Whether the server may lack something of a run that was begun here, and whether this process writes its journal. */
  status(uid: string): { readonly isPending: boolean; readonly isWritten: boolean } {
    const run = this.#runs.get(uid);
    return { isPending: run !== undefined, isWritten: run?.isWritten === true };
  }

  /** Whether the server may lack anything that was written here. */
  get hasPending(): boolean {
    return this.#runs.size > 0;
  }

  /** @throws NOT_SHIPPED for the first run that the server does not have within the limits, once all were tried */
  async flush(limits: FlushLimits): Promise<void> {
    this.#lookForRuns();
    const runs = [...this.#runs.values()];
    const results = await Promise.allSettled(runs.map(({ shipper }) => shipper.flush(limits)));
    this.#dropEnded();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const runs = [...this.#runs.values()];
    this.#runs.clear();
    await Promise.all(runs.map(end));
  }

  #begin(uid: string, part: ShippedPart): ShippedRun {
    this.#ledgerOffset ??= readLedger(this.#ledger).offset;
    return this.#follow(uid, part);
  }

  #follow(uid: string, part: ShippedPart = {}): ShippedRun {
    const { client, storeDirectory, project, onStop, onUnreachable, onRefused } = this.#options;
    const { watchesStops = true } = this.#options;
    const options = {
      ...part,
      ...(onUnreachable ? { onUnreachable } : {}),
      ...(onRefused ? { onRefused: (error: unknown) => onRefused(uid, error) } : {}),
    };
    const shipper = new RunShipper(client, { storeDirectory, project, uid }, options);
    const watcher = watchFolder(runDirectory(storeDirectory, project, uid), () => shipper.look());
    const [stopWatch, left] = [new AbortController(), new AbortController()];
    const run: ShippedRun = { shipper, watcher, stopWatch, left, isWritten: false };
    this.#runs.set(uid, run);
    this.#family.add(uid);
    if (watchesStops) void watchRemoteStop(client, uid, stopWatch.signal, (reason) => onStop(uid, reason));
    this.#timer ??= setInterval(() => this.#look(), lookMs).unref();
    shipper.notify();
    return run;
  }

  #look(): void {
    this.#lookForRuns();
    for (const { shipper } of this.#runs.values()) shipper.look();
    this.#dropEnded();
  }

  /** Runs that processes of ours have begun in the same folder: trials, child runs. */
  #lookForRuns(): void {
    if (this.#ledgerOffset === undefined) return;
    const { entries, offset } = readLedger(this.#ledger, this.#ledgerOffset);
    this.#ledgerOffset = offset;
    const begun = entries.flatMap(({ fact }) => (fact.kind === 'run' ? [fact.uid] : []));
    const unread: string[] = [];
    for (const uid of [...this.#unread, ...begun]) {
      if (this.#family.has(uid)) continue;
      const beginning = this.#beginningOf(uid);
      if (beginning === 'unread') unread.push(uid);
      else if (beginning && this.#isAdopted(beginning)) this.#follow(uid);
    }
    this.#unread = unread;
  }

  #isAdopted({ parent }: { readonly parent?: string }): boolean {
    return this.#options.adopts === 'all' || (parent !== undefined && this.#family.has(parent));
  }

  #beginningOf(uid: string): CreatedEvent | 'unread' | undefined {
    const file = journalFile(this.#options.storeDirectory, this.#options.project, uid);
    // removed again: its beginning failed
    if (!existsSync(file)) return undefined;
    const [first] = readJournal(file, journalStart).events;
    if (first === undefined) return 'unread';
    return first.kind === 'created' ? first : undefined;
  }

  #dropEnded(): void {
    for (const [uid, run] of this.#runs) {
      if (run.isWritten || !run.shipper.isDone) continue;
      this.#runs.delete(uid);
      void end(run);
    }
    if (this.#runs.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

async function end({ shipper, stopWatch, watcher }: ShippedRun): Promise<void> {
  stopWatch.abort();
  watcher?.close();
  await shipper.close();
}

/** Where a folder cannot be watched (no handles left, some network disks), the looks every now and then remain. */
function watchFolder(directory: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, onChange);
    return watcher.on('error', () => watcher.close());
  } catch {
    return undefined;
  }
}
