import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { explainDiskError } from '../core/atomic-file.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { factTooLarge } from './errors.ts';
import type { LedgerFact } from './store.ts';

/** Longest line of a ledger in bytes: what one append of the system writes whole, whoever else writes. */
export const maxFactBytes = 4096;

/** What every fact has, whatever it is about. */
interface Named {
  readonly kind: string;
}

/** A fact, and where its line starts in the ledger: later facts have higher positions. */
export interface LedgerEntry<Fact extends Named = LedgerFact> {
  readonly fact: Fact & { readonly time: number };
  readonly position: number;
}

/** A shared append-only file of facts, such as the project's. Any process appends; order decides. */
export class Ledger<Fact extends Named = LedgerFact> {
  readonly file: string;
  readonly #clock: Clock;
  #handle: number | undefined;

  constructor(file: string, clock: Clock = systemClock) {
    this.file = file;
    this.#clock = clock;
  }

  /** Appends facts, each as one line by one write of its own. Throws `FACT_TOO_LARGE`, `DISK_FULL`. */
  append(...facts: readonly Fact[]): void {
    for (const fact of facts) {
      const line = Buffer.from(`${JSON.stringify({ time: this.#clock.now(), ...fact })}\n`);
      if (line.length > maxFactBytes)
        throw factTooLarge(`${fact.kind}${subject(fact)} is too long`, {
          hint: `a fact may take ${maxFactBytes} bytes; this one takes ${line.length}. Log long texts as artifacts`,
        });
      this.#write(line);
    }
  }

  /** Bytes in the ledger; 0 if there is none yet. */
  size(): number {
    return statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #write(line: Buffer): void {
    try {
      const written = writeSync(this.#open(), line);
      // a part of a line is no fact: the reader skips it, also when the next line is glued to it
      if (written < line.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    } catch (error) {
      throw explainDiskError(error, this.file);
    }
  }

  #open(): number {
    if (this.#handle === undefined) {
      mkdirSync(path.dirname(this.file), { recursive: true });
      this.#handle = openSync(this.file, 'a');
    }
    return this.#handle;
  }
}

function subject(fact: Named): string {
  const { uid, key } = fact as { readonly uid?: unknown; readonly key?: unknown };
  const name = uid ?? key;
  return typeof name === 'string' ? ` of "${name}"` : '';
}

/** Facts from a byte offset on, and the offset to go on from. A missing ledger has none. */
export function readLedger<Fact extends Named = LedgerFact>(
  file: string,
  offset = 0,
): { readonly entries: readonly LedgerEntry<Fact>[]; readonly offset: number } {
  const bytes = readFrom(file, offset);
  const end = bytes.lastIndexOf(10) + 1;
  return { entries: parseEntries<Fact>(bytes.subarray(0, end), offset), offset: offset + end };
}

/** The bytes of a file from an offset on; none if it is missing or shorter. */
export function readFrom(file: string, offset: number): Buffer {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const bytes = Buffer.allocUnsafe(Math.max(0, fstatSync(handle).size - offset));
    let filled = 0;
    for (let read = -1; filled < bytes.length && read !== 0; filled += read)
      read = readSync(handle, bytes, filled, bytes.length - filled, offset + filled);
    return bytes.subarray(0, filled);
  } finally {
    closeSync(handle);
  }
}

/** Facts in the order of their lines; what is no fact is skipped. */
export function parseEntries<Fact extends Named = LedgerFact>(
  bytes: Buffer,
  start: number,
): readonly LedgerEntry<Fact>[] {
  const entries: LedgerEntry<Fact>[] = [];
  for (let from = 0; from < bytes.length; ) {
    let end = bytes.indexOf(10, from);
    if (end < 0) end = bytes.length;
    const fact = parseFact<Fact>(bytes.toString('utf8', from, end));
    if (fact) entries.push({ fact, position: start + from });
    from = end + 1;
  }
  return entries;
}

const factStart = '{"time":';

function parseFact<Fact extends Named>(line: string): (Fact & { readonly time: number }) | undefined {
  // a torn line has no end of its own, so the line after it is glued to it: the last start counts
  const from = line.lastIndexOf(factStart);
  if (from < 0) return undefined;
  try {
    const value = JSON.parse(line.slice(from)) as Fact & { readonly time: number };
    return typeof value.kind === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
