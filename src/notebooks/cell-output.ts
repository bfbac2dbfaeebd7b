import { denoBroadcast } from './display/port/deno-display.ts';
import { detectKernel } from './kernel.ts';

type StreamName = 'stdout' | 'stderr';
type Write = (text: string) => boolean;

/** Kernels send each write as a message of its own and lose messages when many come at once. */
const flushAfterMs = 100;
/** Lines shown as they come; a notebook with more is slow to open and to draw. */
const firstLines = 5000;
/** Lines kept for the end once more than `firstLines` have come. */
const lastLines = 500;

/**
 * Output for the notebook cell that runs now, also when it comes after that cell has ended. Writes are joined, and of a very
 * long output the beginning and the end are shown.
 */
export class CellOutput {
  readonly #streams: Readonly<Record<StreamName, { readonly current: Write; readonly write: Write }>>;
  #pending: { readonly stream: StreamName; text: string }[] = [];
  #held: { readonly stream: StreamName; readonly line: string }[] = [];
  #lines = 0;
  #leftOut = 0;
  #isLineOpen = false;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.#streams = { stdout: hold('stdout'), stderr: hold('stderr') };
  }

  /** Whether the cell that this output belongs to is still the latest one. */
  get isCurrent(): boolean {
    return process.stdout.write === this.#streams.stdout.current;
  }

  write(stream: StreamName, text: string): void {
    for (const line of text.split(/(?<=\n)/)) {
      if (this.#lines < firstLines) this.#append(stream, line);
      else this.#hold(stream, line);
      if (line.endsWith('\n')) this.#lines += 1;
    }
    if (text !== '') this.#isLineOpen = !text.endsWith('\n');
    this.#timer ??= setTimeout(() => this.#flush(), flushAfterMs);
  }

  /** Writes lines of our own, which never go on a line that the run left open. */
  writeLines(text: string): void {
    this.write('stdout', `${this.#isLineOpen ? '\n' : ''}${text}\n`);
  }

  /** Writes what is still to be written. `note` says where the lines are that were left out. */
  end(note: string): void {
    if (this.#leftOut > 0) this.#append('stdout', `… ${this.#leftOut} lines are not shown here: ${note}\n`);
    this.#leftOut = 0;
    for (const { stream, line } of this.#held.splice(0)) this.#append(stream, line);
    this.#flush();
  }

  #append(stream: StreamName, text: string): void {
    const last = this.#pending.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#pending.push({ stream, text });
  }

  #hold(stream: StreamName, line: string): void {
    this.#held.push({ stream, line });
    if (this.#held.length < 2 * lastLines) return;
    this.#leftOut += this.#held.length - lastLines;
    this.#held = this.#held.slice(-lastLines);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const parts = this.#pending.splice(0);
    // their order is kept unless stdout and stderr alternate so often that each change would cost a message
    const joined = parts.length <= 20 ? parts : join(parts);
    for (const { stream, text } of joined) this.#streams[stream].write(text);
  }
}

/** The output of the cell that runs now; undefined outside notebook kernels. */
export function openCellOutput(): CellOutput | undefined {
  return detectKernel() === undefined ? undefined : new CellOutput();
}

/** tslab gives the process's streams a new write function for every cell; Deno does not look at them. */
function hold(name: StreamName): { readonly current: Write; readonly write: Write } {
  const stream = process[name];
  const current = stream.write as Write;
  const broadcast = denoBroadcast();
  if (broadcast === undefined) return { current, write: (text) => current.call(stream, text) };
  const send = (text: string): boolean => {
    broadcast('stream', { name, text });
    return true;
  };
  return { current, write: send };
}

function join(
  parts: readonly { readonly stream: StreamName; readonly text: string }[],
): { readonly stream: StreamName; readonly text: string }[] {
  return (['stdout', 'stderr'] as const).flatMap((stream) => {
    const text = parts
      .filter((part) => part.stream === stream)
      .map((part) => part.text)
      .join('');
    return text === '' ? [] : [{ stream, text }];
  });
}
