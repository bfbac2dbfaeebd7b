import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { explainDiskError } from '../core/atomic-file.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { createUid } from '../core/id.ts';
import { runClosed } from './errors.ts';
import type { EventBody, JournalEvent } from './journal-event.ts';
import { readWholeJournal } from './read-journal.ts';

/**
 * The writing end of a run's journal. Every append is one synchronous write at the end of a file kept open, so an event that
 * `append` returned survives the death of the process; `sync` makes it survive that of the machine.
 */
export class Journal {
  readonly file: string;
  readonly #clock: Clock;
  #handle: number | undefined;
  #size: number;
  #seq: number;
  /** Where it is written until it is placed. */
  #draft: string | undefined;

  private constructor(
    file: string,
    handle: number,
    at: { size: number; seq: number; draft?: string },
    clock: Clock,
  ) {
    this.file = file;
    this.#draft = at.draft;
    this.#handle = handle;
    this.#size = at.size;
    this.#seq = at.seq;
    this.#clock = clock;
  }

  /** A new journal that is written aside, and is nobody's until it is placed. */
  static draft(file: string, clock: Clock = systemClock): Journal {
    const draft = `${file}.${createUid()}.tmp`;
    return new Journal(file, openSync(draft, 'ax'), { size: 0, seq: 0, draft }, clock);
  }

  /**
   * Goes on with a journal that another writer left: what follows the last newline is cut away. Gives the events so far.
   * Throws `JOURNAL_CORRUPT` when a line before cannot be read.
   */
  static takeOver(
    file: string,
    clock: Clock = systemClock,
  ): { journal: Journal; events: readonly JournalEvent[] } {
    const { events, position } = readWholeJournal(file);
    const handle = openSync(file, 'a');
    ftruncateSync(handle, position.offset);
    return {
      journal: new Journal(file, handle, { size: position.offset, seq: position.seq }, clock),
      events,
    };
  }

  /**
   * Puts a draft where it belongs, with all that was written until now: whoever dies before leaves no journal, and of several that do so
   * at once the others get EEXIST. An empty file there is what an earlier death left.
   */
  place(): void {
    const draft = this.#draft;
    if (draft === undefined) return;
    try {
      this.#move(draft);
    } catch (error) {
      if (!removeEmpty(this.file)) throw error;
      this.#move(draft);
    }
    this.#draft = undefined;
    rmSync(draft, { force: true });
  }

  #move(draft: string): void {
    try {
      linkSync(draft, this.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
      // some disks know no links
      const copy = copyTo(this.file, draft);
      this.close();
      this.#handle = copy;
    }
  }

  /** Closes, and leaves nothing of what was not placed. */
  discard(): void {
    this.close();
    if (this.#draft !== undefined) rmSync(this.#draft, { force: true });
  }

  get lastSeq(): number {
    return this.#seq;
  }

  /** Writes the events as consecutive lines in one write: all of them or, when it throws, none. */
  append(...bodies: readonly EventBody[]): readonly JournalEvent[] {
    const events: JournalEvent[] = [];
    let text = '';
    for (const body of bodies) {
      const event = this.#next(body, events.length + 1);
      events.push(event);
      text += `${JSON.stringify(event)}\n`;
    }
    this.#write(text);
    this.#seq += events.length;
    return events;
  }

  /** Writes one event as a line; what a log call pays, so that it makes no list and no copy of the text. */
  appendOne(body: EventBody): JournalEvent {
    const event = this.#next(body, 1);
    this.#write(`${JSON.stringify(event)}\n`);
    this.#seq = event.seq;
    return event;
  }

  /**
   * Writes events that another writer numbered and timed, in one write. They must follow what is here, and each other: the first one's seq is
   * `lastSeq + 1`.
   */
  replay(events: readonly JournalEvent[]): void {
    this.#write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    this.#seq = events.at(-1)?.seq ?? this.#seq;
  }

  #next(body: EventBody, offset: number): JournalEvent {
    return { seq: this.#seq + offset, time: this.#clock.now(), ...finite(body) } as JournalEvent;
  }

  /** Forces what was written to the disk. A disk that turns out to be full is reported as `DISK_FULL`. */
  sync(): void {
    try {
      fdatasyncSync(this.#open());
    } catch (error) {
      throw explainDiskError(error, this.file);
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  /** Closes at once for the writer; the file follows when the disk has what was written, while the process goes on. */
  syncAndClose(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle === undefined) return;
    fdatasync(handle, (error) => {
      closeSync(handle);
      if (error) throw explainDiskError(error, this.file);
    });
  }

  #write(text: string): void {
    const handle = this.#open();
    const size = Buffer.byteLength(text);
    let written = 0;
    try {
      written = writeSync(handle, text);
      // the disk took a part: the bytes that are left follow
      if (written < size) {
        const bytes = Buffer.from(text);
        while (written < size) written += writeSync(handle, bytes, written);
      }
    } catch (error) {
      if (written > 0) ftruncateSync(handle, this.#size);
      throw explainDiskError(error, this.file);
    }
    this.#size += size;
  }

  #open(): number {
    if (this.#handle !== undefined) return this.#handle;
    throw runClosed(`journal "${this.file}" is closed`, {
      hint: 'log before the run ends, or open the run again to go on with it',
    });
  }
}

/** JSON has no NaN: a metric's non-finite value is kept as text. */
function finite(body: EventBody): EventBody {
  return body.kind === 'metric' && typeof body.value === 'number' && !Number.isFinite(body.value)
    ? { ...body, value: String(body.value) }
    : body;
}

/** A new file with what is in another one, open at its end. */
function copyTo(file: string, from: string): number {
  const handle = openSync(file, 'ax');
  try {
    const bytes = readFileSync(from);
    for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    fdatasyncSync(handle);
    return handle;
  } catch (error) {
    closeSync(handle);
    rmSync(file, { force: true });
    throw error;
  }
}

/** Removes a file if it is empty; of several that ask at once, for one. */
function removeEmpty(file: string): boolean {
  const mark = `${file}.empty`;
  if (statSync(file, { throwIfNoEntry: false })?.size !== 0) return false;
  try {
    // who has the mark has the right to remove the file, which nobody replaces meanwhile
    linkSync(file, mark);
  } catch {
    return false;
  }
  const { size } = statSync(mark);
  if (size === 0) rmSync(file);
  rmSync(mark);
  return size === 0;
}
