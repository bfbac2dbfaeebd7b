import type { LogLine } from './read-log.ts';

/** Seconds before the last line from which a log is read again: clocks of two output streams may differ a little. */
const overlapSeconds = 1;

/**
 * Tells lines that come again, because a log was opened anew a little before its last line, from new ones. Two equal lines of one
 * moment stay two.
 */
export class LogWindow {
  /** By second: how often each line was told. */
  readonly #told = new Map<number, Map<string, number>>();
  /** Of those, how many are still to come again. */
  #again = new Map<string, number>();
  #last = Number.NEGATIVE_INFINITY;

  /** From when to read again, in whole seconds as the API takes it; undefined before the first line. */
  since(): string | undefined {
    return this.#last === Number.NEGATIVE_INFINITY
      ? undefined
      : new Date((this.#last - overlapSeconds) * 1000).toISOString().replace('.000', '');
  }

  /** The log is opened anew: what was told since comes again. */
  reopen(): void {
    this.#again = new Map();
    const from = this.#last - overlapSeconds;
    for (const [second, lines] of this.#told) {
      if (second < from) continue;
      for (const [key, count] of lines) this.#again.set(key, count);
    }
  }

  /** Whether a line is new; it counts as told from then on. */
  accept({ time, text }: LogLine): boolean {
    const key = `${time} ${text}`;
    const coming = this.#again.get(key) ?? 0;
    if (coming > 0) {
      this.#again.set(key, coming - 1);
      return false;
    }
    this.#tell(Math.floor(Date.parse(time) / 1000), key);
    return true;
  }

  #tell(second: number, key: string): void {
    const lines = this.#told.get(second) ?? new Map<string, number>();
    lines.set(key, (lines.get(key) ?? 0) + 1);
    this.#told.set(second, lines);
    if (second <= this.#last) return;
    this.#last = second;
    for (const old of this.#told.keys()) if (old < second - overlapSeconds) this.#told.delete(old);
  }
}
