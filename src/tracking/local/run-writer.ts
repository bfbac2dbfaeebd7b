import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { diskFull } from '../../core/errors.ts';
import { applyEvent } from '../apply-event.ts';
import type { Journal } from '../journal.ts';
import type { EventBody, JournalEvent } from '../journal-event.ts';
import type { Ledger } from '../ledger.ts';
import { renderRecord } from '../render-record.ts';
import { type RunRecord, terminalStates } from '../run.ts';
import type { RunDraft } from '../run-draft.ts';
import type { LedgerFact, RunWriter } from '../store.ts';

export interface RunWriterOptions {
  readonly directory: string;
  readonly journal: Journal;
  readonly ledger: Ledger;
  /** Fold of what is in the journal already; the writer keeps it up to date. */
  readonly draft: RunDraft;
  /** Records of the run's trials. */
  readonly readChildren: (draft: RunDraft) => ReadonlyMap<string, RunRecord>;
  readonly onClose: () => void;
}

/** Writer over a journal of the local store: tells the ledger what readers must learn at once, and folds as it goes. */
export class LocalRunWriter implements RunWriter {
  readonly directory: string;
  readonly logFile: string;
  readonly #journal: Journal;
  readonly #ledger: Ledger;
  readonly #draft: RunDraft;
  readonly #options: RunWriterOptions;
  #closed = false;

  constructor(options: RunWriterOptions) {
    this.directory = options.directory;
    this.logFile = path.join(options.directory, 'output.log');
    this.#journal = options.journal;
    this.#ledger = options.ledger;
    this.#draft = options.draft;
    this.#options = options;
  }

  get uid(): string {
    return this.#draft.uid;
  }

  get lastSeq(): number {
    return this.#journal.lastSeq;
  }

  append(body: EventBody): JournalEvent {
    const event = this.#journal.appendOne(body);
    applyEvent(this.#draft, event);
    if (this.#mustSync(body)) this.#journal.sync();
    const fact = factOf(this.uid, body);
    if (fact) this.#ledger.append(fact);
    return event;
  }

  /** Appends events of a remote writer as they are; they must follow `lastSeq`. */
  replay(events: readonly JournalEvent[]): void {
    this.#journal.replay(events);
    for (const event of events) applyEvent(this.#draft, event);
    if (events.some((event) => this.#mustSync(event))) this.#journal.sync();
    this.#ledger.append(...events.flatMap((event) => factOf(this.uid, event) ?? []));
  }

  get hasEnded(): boolean {
    return terminalStates.has(this.#draft.state);
  }

  /** Whether it has let go of the journal, be it because another writer took the run over. */
  get isClosed(): boolean {
    return this.#closed;
  }

  record(): RunRecord {
    return renderRecord(this.#draft, this.#options.readChildren(this.#draft));
  }

  /** Lets go of the journal because another writer goes on with it. */
  release(): void {
    if (this.#closed) return;
    this.#closed = true;
    // a trial is one of hundreds: the next one does not wait until the disk has the end of this one
    if (this.#draft.kind === 'trial' && terminalStates.has(this.#draft.state)) this.#journal.syncAndClose();
    else this.#journal.close();
    this.#options.onClose();
  }

  close(): void {
    if (this.#closed) return;
    this.release();
    // a trial's record stands in its sweep's run.json
    if (terminalStates.has(this.#draft.state) && this.#draft.kind !== 'trial') this.#writeRunFile();
  }

  #mustSync(body: EventBody): boolean {
    return body.kind === 'artifact' || (body.kind === 'state' && this.#draft.kind !== 'trial');
  }

  /** For people and for copying; derived, so neither synced nor worth failing for when the disk is full. */
  #writeRunFile(): void {
    const file = path.join(this.directory, 'run.json');
    try {
      writeFileSync(`${file}.tmp`, `${JSON.stringify(this.record(), undefined, 2)}\n`);
      renameSync(`${file}.tmp`, file);
    } catch (error) {
      rmSync(`${file}.tmp`, { force: true });
      if (!diskFull.is(explainDiskError(error, file))) throw error;
    }
  }
}

function factOf(uid: string, body: EventBody): LedgerFact | undefined {
  if (body.kind === 'state') return { kind: 'changed', uid, state: body.state };
  if (body.kind !== 'artifact') return undefined;
  return { kind: 'artifact', key: body.artifact.key, digest: body.artifact.digest, uid };
}
