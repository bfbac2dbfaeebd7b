import type { Clock } from '../../core/clock.ts';
import { runNotFound } from '../errors.ts';
import { foldDraft } from '../fold.ts';
import { type Ledger, parseEntries, readFrom } from '../ledger.ts';
import { lostReason, touchedAt } from '../lost-run.ts';
import { type JournalPosition, journalStart, readJournal, readWholeJournal } from '../read-journal.ts';
import { hasEnded, type RunRecord, terminalStates } from '../run.ts';
import { createDraft, type RunDraft } from '../run-draft.ts';
import { applyFact, isLost, overlaidRecord, type RunOverlay } from '../run-overlay.ts';
import { journalFile } from '../store-layout.ts';

/**
 * Records of single runs straight from journal and ledger: exact at any moment and cheap, as no index is opened. What the ledger says about
 * runs is kept and read on with every question.
 */
export class RunReader {
  readonly #storeDirectory: string;
  readonly #project: string;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #overlays = new Map<string, RunOverlay>();
  /** Journals read lately, to be read on rather than again. */
  readonly #readings = new Map<string, Reading>();
  #offset = 0;

  constructor(storeDirectory: string, project: string, ledger: Ledger, clock: Clock) {
    this.#storeDirectory = storeDirectory;
    this.#project = project;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Throws `RUN_NOT_FOUND`, `JOURNAL_CORRUPT`. */
  record(uid: string): RunRecord {
    const draft = this.#draft(uid);
    const overlay = this.#checkLost(draft);
    return overlaidRecord(draft, overlay, this.children(draft));
  }

  /** Records of a sweep's trials as far as they can be read. */
  children(draft: RunDraft): ReadonlyMap<string, RunRecord> {
    const records = new Map<string, RunRecord>();
    for (const { uid } of draft.trials) {
      try {
        const child = foldDraft(readWholeJournal(this.#file(uid)).events);
        records.set(uid, overlaidRecord(child, this.#overlays.get(uid)));
      } catch (error) {
        // a trial removed by hand or damaged: the sweep itself still has its number, uid and state
        if (!isUnreadable(error)) throw error;
      }
    }
    return records;
  }

  overlay(uid: string): RunOverlay | undefined {
    this.#readLedger();
    return this.#overlays.get(uid);
  }

  /** Whether the run has said itself how it ended: one that is lost may go on where it cannot be seen. */
  hasEnded(uid: string): boolean {
    return hasEnded(this.#draft(uid));
  }

  /** Whether the run has ended, be it by being lost. */
  isOver(uid: string): boolean {
    const draft = this.#draft(uid);
    return terminalStates.has(draft.state) || isLost(draft, this.#checkLost(draft));
  }

  #file(uid: string): string {
    return journalFile(this.#storeDirectory, this.#project, uid);
  }

  #draft(uid: string): RunDraft {
    const reading = this.#readings.get(uid) ?? { draft: createDraft(), position: journalStart };
    this.#readings.delete(uid);
    try {
      readOn(this.#file(uid), reading);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw this.#notFound(uid);
    }
    // its process died before the first line was written: nobody was told of this run
    if (reading.draft.uid === '') throw this.#notFound(uid);
    this.#readings.set(uid, reading);
    if (this.#readings.size > maxReadings) this.#readings.delete(this.#readings.keys().next().value ?? '');
    return reading.draft;
  }

  #notFound(uid: string): Error {
    return runNotFound(`run "${uid}" does not exist in project "${this.#project}"`, {
      hint: '`slipway ps` lists the runs',
    });
  }

  /** The run's overlay, with the fact that it is lost noted once if it is. */
  #checkLost(draft: RunDraft): RunOverlay | undefined {
    const overlay = this.overlay(draft.uid);
    if (terminalStates.has(draft.state) || isLost(draft, overlay)) return overlay;
    if (lostReason(draft, this.#clock, touchedAt(this.#file(draft.uid))) === undefined) return overlay;
    // its last words may have come between reading and asking; this reads the same draft on
    this.#draft(draft.uid);
    const reason = lostReason(draft, this.#clock, touchedAt(this.#file(draft.uid)));
    if (reason === undefined || !draft.owner) return overlay;
    this.#ledger.append({ kind: 'lost', uid: draft.uid, owner: draft.owner, reason, seq: draft.seq });
    return this.overlay(draft.uid);
  }

  #readLedger(): void {
    const size = this.#ledger.size();
    if (size === this.#offset) return;
    if (size < this.#offset) {
      this.#offset = 0;
      this.#overlays.clear();
    }
    const bytes = readFrom(this.#ledger.file, this.#offset);
    const end = bytes.lastIndexOf(10) + 1;
    for (const { fact } of parseEntries(bytes.subarray(0, end), this.#offset)) {
      if (!('uid' in fact)) continue;
      const before = this.#overlays.get(fact.uid);
      const after = applyFact(before ?? {}, fact);
      if (before ? after !== before : Object.keys(after).length > 0) this.#overlays.set(fact.uid, after);
    }
    this.#offset += end;
  }
}

interface Reading {
  draft: RunDraft;
  position: JournalPosition;
}

const maxReadings = 64;

function readOn(file: string, reading: Reading): void {
  for (;;) {
    const chunk = readJournal(file, reading.position);
    if (chunk.restarted) reading.draft = createDraft();
    foldDraft(chunk.events, reading.draft);
    const moved = chunk.position.offset !== reading.position.offset;
    reading.position = chunk.position;
    if (chunk.corrupt) throw chunk.corrupt;
    if (!moved) return;
  }
}

function isUnreadable(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ENOENT' || code === 'JOURNAL_CORRUPT';
}
