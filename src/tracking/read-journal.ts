import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { SlipwayError } from '../core/error.ts';
import { journalCorrupt } from './errors.ts';
import type { JournalEvent } from './journal-event.ts';
import { isSoundEvent } from './sound-event.ts';

/** How far a reader is: byte offset of the next line, number of lines and seq of the last event read. */
export interface JournalPosition {
  readonly offset: number;
  readonly line: number;
  readonly seq: number;
}

export const journalStart: JournalPosition = { offset: 0, line: 0, seq: 0 };

/** Events read, and where to go on. `corrupt` stands at `position` and ends what can be read. */
export interface JournalChunk {
  readonly events: readonly JournalEvent[];
  readonly position: JournalPosition;
  readonly corrupt?: SlipwayError;
  /** The file is shorter than it was, so another one under the same name: these events are its first. */
  readonly restarted?: boolean;
}

const blockBytes = 8 * 1024 * 1024;

/**
 * Reads the next events of a journal, some megabytes at most; no events and the same position mean that the end is reached.
 * An unterminated last line is not there yet. Throws ENOENT as it comes.
 */
export function readJournal(file: string, from: JournalPosition = journalStart): JournalChunk {
  const handle = openSync(file, 'r');
  try {
    const size = fstatSync(handle).size;
    const restarted = size < from.offset;
    const start = restarted ? journalStart : from;
    const bytes = readLines(handle, start.offset, size);
    const chunk = bytes.length === 0 ? { events: [], position: start } : parseLines(file, bytes, start);
    return restarted ? { ...chunk, restarted } : chunk;
  } finally {
    closeSync(handle);
  }
}

/** Everything that can be read; throws `JOURNAL_CORRUPT` at the first line that cannot. */
export function readWholeJournal(file: string): JournalChunk {
  const events: JournalEvent[] = [];
  let position = journalStart;
  for (;;) {
    const chunk = readJournal(file, position);
    if (chunk.corrupt) throw chunk.corrupt;
    if (chunk.position.offset === position.offset) return { events, position };
    for (const event of chunk.events) events.push(event);
    position = chunk.position;
  }
}

/** The complete lines from `offset` on: up to a block, more only if a single line is longer than that. */
function readLines(handle: number, offset: number, size: number): Buffer {
  for (let length = blockBytes; ; length *= 2) {
    const wanted = Math.min(length, size - offset);
    if (wanted <= 0) return Buffer.alloc(0);
    const bytes = Buffer.allocUnsafe(wanted);
    let filled = 0;
    for (let read = -1; filled < wanted && read !== 0; filled += read)
      read = readSync(handle, bytes, filled, wanted - filled, offset + filled);
    const end = bytes.subarray(0, filled).lastIndexOf(10);
    if (end >= 0) return bytes.subarray(0, end + 1);
    if (wanted === size - offset || filled < wanted) return Buffer.alloc(0);
  }
}

function parseLines(file: string, bytes: Buffer, start: JournalPosition): JournalChunk {
  const parsed = parseAll(bytes.toString('utf8', 0, bytes.length - 1));
  const events: JournalEvent[] = [];
  let { line, seq } = start;
  for (const value of parsed) {
    const event = isSoundEvent(value) ? value : undefined;
    if (!event || event.seq > seq + 1) {
      const offset = start.offset + offsetOfLine(bytes, line - start.line);
      return { events, position: { offset, line, seq }, corrupt: corruption(file, line + 1, seq, event) };
    }
    line++;
    // seen already: a replayed batch may repeat lines
    if (event.seq <= seq) continue;
    seq = event.seq;
    events.push(event);
  }
  return { events, position: { offset: start.offset + bytes.length, line, seq } };
}

/** The value of each line; undefined for what is no JSON. Parsed as one array where all are sound, which is faster. */
function parseAll(text: string): readonly unknown[] {
  const lines = text.split('\n');
  try {
    const values = JSON.parse(`[${lines.join(',')}]`) as unknown[];
    if (values.length === lines.length) return values;
  } catch {
    // one of the lines is damaged: each for itself, to find which
  }
  return lines.map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return undefined;
    }
  });
}

function offsetOfLine(bytes: Buffer, index: number): number {
  let offset = 0;
  for (let i = 0; i < index; i++) offset = bytes.indexOf(10, offset) + 1;
  return offset;
}

function corruption(file: string, line: number, seq: number, event: JournalEvent | undefined): SlipwayError {
  const what = event
    ? `goes on with seq ${event.seq} where ${seq + 1} is due`
    : 'is not an event that can be read';
  return journalCorrupt(`journal "${file}" is damaged: line ${line} ${what}`, {
    hint: `the ${line - 1} lines before it are intact; restore the file from a copy, or remove the run with \`slipway rm\``,
    details: { file, line },
  });
}
