import { closeSync, fstatSync, openSync, statSync, utimesSync, writeSync } from 'node:fs';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { checkSequence } from '../check-sequence.ts';
import { journalConflict, logGap, runExists, runNotFound } from '../errors.ts';
import type { JournalEvent } from '../journal-event.ts';
import { Ledger } from '../ledger.ts';
import { readWholeJournal } from '../read-journal.ts';
import type { LocalReplicas } from '../replicas.ts';
import { isRunFolderName, journalFile, ledgerFile, runDirectory } from '../store-layout.ts';
import { createReplica, openReplica, type WriterContext } from './open-writer.ts';
import type { LocalRunWriter } from './run-writer.ts';

/** Journals kept open between batches; the least used one gives way. */
const maxOpen = 256;

export interface ReplicasOptions {
  readonly directory: string;
  readonly project: string;
  readonly clock?: Clock;
}

/** Copies, in a local store, of runs whose journals are written elsewhere. */
export function openReplicas({ directory, project, clock = systemClock }: ReplicasOptions): LocalReplicas {
  const ledger = new Ledger(ledgerFile(directory, project), clock);
  return new ReplicaFolder({
    storeDirectory: directory,
    project,
    ledger,
    clock,
    // a record of trials is folded from their own journals by whoever reads
    readChildren: () => new Map(),
  });
}

class ReplicaFolder implements LocalReplicas {
  readonly #context: WriterContext;
  readonly #open = new Map<string, LocalRunWriter>();

  constructor(context: WriterContext) {
    this.#context = context;
  }

  async receive(uid: string, events: readonly JournalEvent[]): Promise<{ lastSeq: number }> {
    return { lastSeq: this.take(uid, events) };
  }

  take(uid: string, events: readonly JournalEvent[]): number {
    const [first] = events;
    if (!first) return this.#hear(uid);
    const known = this.#existing(uid);
    if (known) checkSequence(uid, events, known.lastSeq);
    if (known && first.seq <= known.lastSeq) this.#compare(uid, known.lastSeq, events);
    const writer = known ?? this.#begin(uid, first, events);
    const fresh = events.filter(({ seq }) => seq > writer.lastSeq);
    if (fresh.length > 0) writer.replay(fresh);
    const { lastSeq } = writer;
    if (writer.hasEnded) this.#letGo(uid, writer);
    return lastSeq;
  }

  async receiveLog(uid: string, offset: number, bytes: Uint8Array): Promise<{ size: number }> {
    const { storeDirectory, project } = this.#context;
    const directory = runDirectory(storeDirectory, project, uid);
    if (!isRunFolderName(uid) || !statSync(directory, { throwIfNoEntry: false })) throw this.#notFound(uid);
    const file = path.join(directory, 'output.log');
    const handle = openSync(file, 'a');
    try {
      const { size } = fstatSync(handle);
      if (offset > size) throw logGapAt(uid, size, offset);
      const rest = bytes.subarray(size - offset);
      for (let written = 0; written < rest.length; ) written += writeSync(handle, rest, written);
      return { size: size + rest.length };
    } catch (error) {
      throw explainDiskError(error, file);
    } finally {
      closeSync(handle);
    }
  }

  async close(): Promise<void> {
    for (const [uid, writer] of this.#open) this.#letGo(uid, writer);
    this.#context.ledger.close();
  }

  /** A batch without events is a sign of life: the time of the journal's file says when the run was last heard of. */
  #hear(uid: string): number {
    const writer = this.#existing(uid);
    if (!writer) return 0;
    const { storeDirectory, project, clock } = this.#context;
    const now = new Date(clock.now());
    if (!writer.hasEnded) utimesSync(journalFile(storeDirectory, project, uid), now, now);
    return writer.lastSeq;
  }

  #existing(uid: string): LocalRunWriter | undefined {
    const open = this.#open.get(uid);
    this.#open.delete(uid);
    if (open && !open.isClosed) {
      this.#open.set(uid, open);
      return open;
    }
    const { storeDirectory, project } = this.#context;
    const file = journalFile(storeDirectory, project, uid);
    if (!isRunFolderName(uid) || !statSync(file, { throwIfNoEntry: false })?.size) return undefined;
    return this.#keep(uid, openReplica(this.#context, uid));
  }

  #begin(uid: string, first: JournalEvent, events: readonly JournalEvent[]): LocalRunWriter {
    if (first.kind !== 'created' || first.seq !== 1) throw this.#notFound(uid);
    if (first.uid !== uid || first.project !== this.#context.project)
      throw journalConflict(`the journal of run "${first.uid}" was sent as that of "${uid}"`, {
        hint: `send it to project "${first.project}" and run "${first.uid}"`,
      });
    // before anything of them is written
    checkSequence(uid, events, 0);
    return this.#keep(uid, createReplica(this.#context, first));
  }

  #keep(uid: string, writer: LocalRunWriter): LocalRunWriter {
    this.#open.set(uid, writer);
    const [oldest] = this.#open;
    if (this.#open.size > maxOpen && oldest) this.#letGo(...oldest);
    return writer;
  }

  #letGo(uid: string, writer: LocalRunWriter): void {
    this.#open.delete(uid);
    writer.close();
  }

  /** What was sent again must be what is here; two writers of one run are told apart by it. */
  #compare(uid: string, lastSeq: number, events: readonly JournalEvent[]): void {
    const { storeDirectory, project } = this.#context;
    const known = readWholeJournal(journalFile(storeDirectory, project, uid)).events;
    for (const event of events) {
      if (event.seq > lastSeq) return;
      if (JSON.stringify(known[event.seq - 1]) === JSON.stringify(event)) continue;
      if (event.kind === 'created')
        throw runExists(`run "${uid}" exists already in project "${project}"`, {
          hint: 'choose another uid, or go on with the run by resuming it',
        });
      throw journalConflict(`event ${event.seq} of run "${uid}" is another one than was sent before`, {
        hint: 'another process has taken the run over; its journal is the one that counts',
      });
    }
  }

  #notFound(uid: string): Error {
    return runNotFound(`run "${uid}" does not exist in project "${this.#context.project}"`, {
      hint: 'send its journal from the first event on',
    });
  }
}

function logGapAt(uid: string, size: number, offset: number): Error {
  return logGap(`the output of run "${uid}" goes on at byte ${offset} where ${size} is due`, {
    hint: `send it from byte ${size} on`,
    details: { size },
  });
}
