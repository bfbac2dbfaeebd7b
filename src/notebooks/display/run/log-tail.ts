/** A line of output, without its line break. */
export interface LogLine {
  readonly stream: LogStream;
  readonly text: string;
}

export type LogStream = 'stdout' | 'stderr';

/** The end of an output, and how long all of it is. */
export interface LogView {
  readonly lines: readonly LogLine[];
  /** Lines of the whole output. */
  readonly count: number;
}

/** Characters kept of a line. */
const longestLine = 400;

/** Keeps the last lines of an output that may be very long. Memory and time depend on what is kept, not on what comes. */
export class LogTail {
  readonly #keep: number;
  #lines: LogLine[] = [];
  readonly #open: Record<LogStream, string> = { stdout: '', stderr: '' };
  #count = 0;

  /** @param keep lines */
  constructor(keep = 200) {
    this.#keep = keep;
  }

  write(stream: LogStream, text: string): void {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    if (lines.length > 0) {
      lines[0] = this.#open[stream] + (lines[0] ?? '');
      this.#open[stream] = '';
      this.#count += lines.length;
      for (const line of lines.slice(-this.#keep)) this.#lines.push({ stream, text: clip(line) });
      if (this.#lines.length > 2 * this.#keep) this.#lines = this.#lines.slice(-this.#keep);
    }
    this.#open[stream] = clip(this.#open[stream] + last);
  }

  view(): LogView {
    const open = (['stdout', 'stderr'] as const).flatMap((stream) =>
      this.#open[stream] === '' ? [] : [{ stream, text: clip(this.#open[stream]) }],
    );
    return { lines: [...this.#lines, ...open].slice(-this.#keep), count: this.#count + open.length };
  }
}

/** Of a line that a progress bar has written over, the last state is kept. */
function clip(line: string): string {
  const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
  const shown = whole.slice(whole.lastIndexOf('\r') + 1);
  return shown.length > longestLine ? `${shown.slice(0, longestLine - 1)}…` : shown;
}
