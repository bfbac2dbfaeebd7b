import { isoTime } from '../../core/clock.ts';
import type { ErrorRecord } from '../../core/error.ts';
import { errorRecord } from '../../core/error.ts';
import { notebookLanguageUnsupported } from '../errors.ts';
import { notebookCellFailed } from './errors.ts';
import { type Kernel, type KernelEvent, type KernelOptions, openKernel } from './kernel.ts';
import type { CellError } from './kernel-messages.ts';
import { type FileCell, type NotebookFile, tagsOf } from './notebook-file.ts';
import { CellOutputs, errorOutput, type OutputLimits, withOutputs } from './output-collector.ts';

export interface ExecuteOptions extends Omit<KernelOptions, 'onEvent'> {
  readonly limits?: OutputLimits;
  /** Told of each cell before it runs and after; `number` counts code cells from 1, the injected one left out. */
  readonly onCell?: (cell: CellProgress) => void;
  /** Everything that cells write, as it comes. */
  readonly onText?: (name: 'stdout' | 'stderr', text: string) => void;
  /** Ends the kernel when it fires; the notebook comes back as far as it got. */
  readonly signal?: AbortSignal;
  /** How long a running cell may go on after that. @default 0 */
  readonly graceMs?: () => number;
}

export interface CellProgress {
  readonly number: number;
  readonly total: number;
  readonly state: 'running' | 'completed' | 'error' | 'skipped';
  readonly milliseconds?: number;
}

/** What became of a notebook. */
export interface ExecutedNotebook {
  readonly notebook: NotebookFile;
  readonly state: 'completed' | 'error' | 'stopped';
  /** NOTEBOOK_CELL_FAILED or NOTEBOOK_KERNEL_ENDED, with cell and line. */
  readonly error?: ErrorRecord;
  /** Cell that failed or was running when the execution was stopped. */
  readonly cell?: number;
  readonly cells: readonly CellTiming[];
}

export interface CellTiming {
  readonly number: number;
  readonly id: string;
  readonly state: 'completed' | 'error' | 'skipped' | 'stopped';
  readonly milliseconds: number;
}

/**
 * Runs a notebook's cells in order in a kernel of its own, until one fails. `skip-execution` and `raises-exception` tags are
 * honoured; cells in other languages are skipped. The returned notebook has each cell's outputs, count and timing.
 * @throws NOTEBOOK_LANGUAGE_UNSUPPORTED, MISSING_PACKAGE, NOTEBOOK_KERNEL_FAILED: nothing was executed
 */
export async function executeNotebook(
  notebook: NotebookFile,
  options: ExecuteOptions,
): Promise<ExecutedNotebook> {
  checkLanguage(notebook, options.displayPath);
  const execution = new Execution(notebook, options);
  const kernel = await openKernel({ ...options, onEvent: (event) => execution.take(event) });
  const { signal } = options;
  const stop = (): void => execution.stop(kernel, options.graceMs?.() ?? 0, String(signal?.reason ?? ''));
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const executed = await execution.run(kernel);
    if (executed.state !== 'stopped') await kernel.finish(executed.state === 'completed' ? 0 : 1);
    return executed;
  } finally {
    signal?.removeEventListener('abort', stop);
    await kernel.close();
  }
}

const languages: ReadonlySet<string> = new Set(['typescript', 'javascript', 'ts', 'js']);

/** Throws NOTEBOOK_LANGUAGE_UNSUPPORTED for a notebook of another kernel. */
export function checkLanguage({ metadata }: NotebookFile, shown: string): void {
  const kernel = metadata.kernelspec as { language?: unknown; name?: unknown } | undefined;
  const info = metadata.language_info as { name?: unknown } | undefined;
  const language = info?.name ?? kernel?.language;
  if (language === undefined || languages.has(String(language).toLowerCase())) return;
  throw notebookLanguageUnsupported(
    `notebook "${shown}" is written for ${String(language)}, so tslab cannot execute it`,
    { hint: 'choose the TypeScript kernel in Jupyter, or run it with that kernel’s own tools' },
  );
}

/** Code cells with their numbers; the injected one has none, so that numbers are those of the file. */
export function numberedCells(
  cells: readonly FileCell[],
): readonly { readonly cell: FileCell; readonly index: number; readonly number: number }[] {
  let count = 0;
  return cells.flatMap((cell, index) => {
    if (cell.cell_type !== 'code') return [];
    if (tagsOf(cell).includes('injected-parameters')) return [{ cell, index, number: 0 }];
    count += 1;
    return [{ cell, index, number: count }];
  });
}

function skipReason(cell: FileCell): string | undefined {
  const vscode = cell.metadata.vscode as { languageId?: unknown } | undefined;
  const own = vscode?.languageId;
  if (typeof own === 'string' && !languages.has(own.toLowerCase())) return `its language is ${own}`;
  if (cell.source.trim() === '') return 'it is empty';
  return tagsOf(cell).includes('skip-execution') ? 'it is tagged "skip-execution"' : undefined;
}

interface NumberedCell {
  readonly cell: FileCell;
  readonly index: number;
  readonly number: number;
}

class Execution {
  readonly #options: ExecuteOptions;
  readonly #notebook: NotebookFile;
  readonly #numbered: readonly NumberedCell[];
  readonly #cells: FileCell[];
  readonly #outputs = new Map<number, CellOutputs>();
  readonly #timings: CellTiming[] = [];
  #current: CellOutputs;
  #stray: CellError | undefined;
  #stopped = false;
  #count = 0;

  constructor(notebook: NotebookFile, options: ExecuteOptions) {
    this.#options = options;
    this.#notebook = notebook;
    this.#numbered = numberedCells(notebook.cells);
    this.#current = new CellOutputs(options.limits);
    // what an earlier execution left says nothing about this one
    this.#cells = notebook.cells.map((cell) =>
      cell.cell_type === 'code' ? withOutputs(cell, [], { execution_count: null }) : cell,
    );
  }

  take(event: KernelEvent): void {
    if (event.type === 'stray') {
      this.#stray ??= event.error;
    } else if (event.type === 'stream') {
      this.#current.stream(event.name, event.text);
      this.#options.onText?.(event.name, event.text);
    } else if (!event.update) {
      this.#current.display(event);
    } else if (![...this.#outputs.values()].some((outputs) => outputs.update(event))) {
      this.#current.display(event);
    }
  }

  stop(kernel: Kernel, graceMs: number, reason: string): void {
    this.#stopped = true;
    void kernel.stop(reason, graceMs);
  }

  async run(kernel: Kernel): Promise<ExecutedNotebook> {
    for (const numbered of this.#numbered) {
      if (this.#stopped) return this.#result('stopped', numbered.number);
      const failure = await this.#runCell(kernel, numbered);
      if (this.#stopped) return this.#result('stopped', numbered.number);
      if (failure) return this.#result('error', numbered.number, failure);
    }
    return this.#result('completed');
  }

  /** Gives the error that ends the notebook, if any. */
  async #runCell(kernel: Kernel, { cell, index, number }: NumberedCell): Promise<ErrorRecord | undefined> {
    const total = this.#numbered.filter((each) => each.number > 0).length;
    if (skipReason(cell) !== undefined) {
      this.#note({ number, id: cell.id, state: 'skipped', milliseconds: 0 }, total);
      return undefined;
    }
    this.#current = new CellOutputs(this.#options.limits);
    this.#outputs.set(index, this.#current);
    this.#stray = undefined;
    this.#options.onCell?.({ number, total, state: 'running' });
    const count = ++this.#count;
    const begun = { time: Date.now(), mark: performance.now() };
    const { error, broken } = await this.#attempt(kernel, cell.source, number);
    const milliseconds = performance.now() - begun.mark;
    const expected = tagsOf(cell).includes('raises-exception');
    this.#finish(index, { error, count, begun: begun.time });
    const failed = broken ?? (error && !expected ? this.#failure(error, cell, number) : undefined);
    const state = this.#stopped ? 'stopped' : failed ? 'error' : 'completed';
    this.#note({ number, id: cell.id, state, milliseconds }, total);
    return failed;
  }

  /** `broken`: the kernel itself did not survive. */
  async #attempt(
    kernel: Kernel,
    code: string,
    number: number,
  ): Promise<{ readonly error?: CellError | undefined; readonly broken?: ErrorRecord }> {
    try {
      const error = await kernel.execute(number, code);
      return { error: error ?? this.#stray };
    } catch (error) {
      return { broken: { ...errorRecord(error), notebook: this.#options.displayPath } };
    }
  }

  #finish(index: number, done: { error: CellError | undefined; count: number; begun: number }): void {
    const cell = this.#cells[index];
    if (!cell) return;
    const { error, count, begun } = done;
    const execution = {
      'iopub.execute_input': isoTime(begun),
      'shell.execute_reply': isoTime(Date.now()),
    };
    this.#cells[index] = withOutputs(cell, error ? [errorOutput(error)] : [], {
      execution_count: count,
      metadata: { ...cell.metadata, execution },
    });
  }

  #note(timing: CellTiming, total: number): void {
    this.#timings.push(timing);
    const { number, milliseconds } = timing;
    const state = timing.state === 'stopped' ? 'error' : timing.state;
    this.#options.onCell?.({ number, total, state, milliseconds });
  }

  #failure(error: CellError, cell: FileCell, number: number): ErrorRecord {
    const { displayPath } = this.#options;
    const where = number === 0 ? 'the cell of injected parameters' : `cell ${number}`;
    const place = this.#numbered.find((each) => each.number === (error.cell ?? number))?.cell ?? cell;
    const line = error.line ?? undefined;
    const sourceLine = line === undefined ? undefined : place.source.split('\n')[line - 1];
    return notebookCellFailed(`${where} of "${displayPath}" failed: ${error.name}: ${error.message}`, {
      hint:
        error.hint ??
        (error.refused ? 'the kernel’s type check refused the cell, so it did not run' : undefined),
      details: {
        name: error.name,
        id: cell.id,
        failedCell: number,
        ...(error.code === undefined ? {} : { code: error.code }),
        ...(error.frames.length === 0 ? {} : { frames: error.frames }),
      },
      location: {
        notebook: displayPath,
        cell: error.cell ?? number,
        ...(line === undefined ? {} : { line }),
        ...(error.column === undefined ? {} : { column: error.column }),
        ...(sourceLine === undefined ? {} : { sourceLine }),
      },
    }).toJSON();
  }

  /** Cells after the one at which the notebook ended: a report that leaves them out looks as if they were not there. */
  #neverReached(): CellTiming[] {
    const reached = new Set(this.#timings.map(({ number }) => number));
    return this.#numbered
      .filter(({ number }) => !reached.has(number))
      .map(({ number, cell }) => ({ number, id: cell.id, state: 'skipped', milliseconds: 0 }));
  }

  #result(state: ExecutedNotebook['state'], cell?: number, error?: ErrorRecord): ExecutedNotebook {
    const cells = this.#cells.map((each, index) => {
      const collected = this.#outputs.get(index);
      return collected ? { ...each, outputs: [...collected.outputs(), ...(each.outputs ?? [])] } : each;
    });
    return {
      notebook: { ...this.#notebook, cells },
      state,
      ...(error ? { error } : {}),
      ...(cell === undefined ? {} : { cell }),
      cells: [...this.#timings, ...this.#neverReached()],
    };
  }
}
