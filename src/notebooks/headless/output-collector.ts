import type { KernelEvent } from './kernel.ts';
import type { CellError } from './kernel-messages.ts';
import type { CellOutput, FileCell, MimeBundle } from './notebook-file.ts';

/** Characters kept of a cell's text output, and of one displayed item. */
export interface OutputLimits {
  /** @default 100_000 */
  readonly text?: number;
  /** @default 10_000_000 */
  readonly display?: number;
}

interface DisplayEntry {
  readonly id: string | undefined;
  output: Extract<CellOutput, { output_type: 'display_data' }>;
}

/** Outputs of one cell as they come in. Of a very long text the beginning and the end are kept, with a note between. */
export class CellOutputs {
  readonly #entries: (DisplayEntry | TextEntry)[] = [];
  readonly #limits: Required<OutputLimits>;

  constructor(limits: OutputLimits = {}) {
    this.#limits = { text: limits.text ?? 100_000, display: limits.display ?? 10_000_000 };
  }

  /** Whether something was written that the reader sees. */
  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  stream(name: 'stdout' | 'stderr', text: string): void {
    const last = this.#entries.at(-1);
    if (last instanceof TextEntry && last.name === name) last.add(text);
    else this.#entries.push(new TextEntry(name, text, this.#limits.text));
  }

  display({ data, id }: Extract<KernelEvent, { type: 'display' }>): void {
    this.#entries.push({ id, output: this.#displayOutput(data) });
  }

  /** Replaces what was displayed under the id; false where nothing was. */
  update({ data, id }: Extract<KernelEvent, { type: 'display' }>): boolean {
    const found = this.#entries.flatMap((entry) =>
      !(entry instanceof TextEntry) && entry.id === id ? [entry] : [],
    );
    for (const entry of found) entry.output = this.#displayOutput(data);
    return found.length > 0;
  }

  outputs(): readonly CellOutput[] {
    return this.#entries.map((entry) => (entry instanceof TextEntry ? entry.output() : entry.output));
  }

  #displayOutput(data: MimeBundle): DisplayEntry['output'] {
    const kept = Object.entries(data).map(([type, value]) => {
      const size = typeof value === 'string' ? value.length : JSON.stringify(value).length;
      return size <= this.#limits.display ? [type, value] : ['text/plain', leftOut(type, size)];
    });
    return { output_type: 'display_data', data: Object.fromEntries(kept) as MimeBundle, metadata: {} };
  }
}

const leftOut = (type: string, size: number): string =>
  `[${type} of ${size} characters left out: more than a notebook keeps; log it as an artifact instead]`;

class TextEntry {
  readonly name: 'stdout' | 'stderr';
  readonly #limit: number;
  #head = '';
  #tail = '';
  #dropped = 0;

  constructor(name: 'stdout' | 'stderr', text: string, limit: number) {
    this.name = name;
    this.#limit = limit;
    this.add(text);
  }

  add(text: string): void {
    const room = Math.max(0, this.#limit - this.#head.length);
    this.#head += text.slice(0, room);
    this.#tail += text.slice(room);
    const keep = Math.ceil(this.#limit / 10);
    if (this.#tail.length <= 2 * keep) return;
    this.#dropped += this.#tail.length - keep;
    this.#tail = this.#tail.slice(-keep);
  }

  output(): CellOutput {
    const note =
      this.#dropped === 0 ? '' : `\n[${this.#dropped} characters left out; the run's log has them all]\n`;
    return { output_type: 'stream', name: this.name, text: this.#head + note + this.#tail };
  }
}

/** A failure as nbformat keeps it. */
export function errorOutput(error: CellError): CellOutput {
  const place = error.line === undefined ? [] : [`    at cell ${error.cell}, line ${error.line}`];
  const frames = error.frames.map((frame) => `    at ${frame}`);
  const shown = error.refused ? [...place, ...error.frames] : frames.length > 0 ? frames : place;
  return {
    output_type: 'error',
    ename: error.name,
    evalue: error.message,
    traceback: [`${error.name}: ${error.message}`, ...shown, ...(error.hint ? [`hint: ${error.hint}`] : [])],
  };
}

/** The cell with these outputs in place of its old ones. */
export function withOutputs(
  cell: FileCell,
  outputs: readonly CellOutput[],
  more: Partial<FileCell>,
): FileCell {
  return { ...cell, ...more, outputs };
}
