import path from 'node:path';
import { renderDuration } from '../../core/duration.ts';
import type { ErrorRecord } from '../../core/error.ts';
import { errorRecord } from '../../core/error.ts';
import { notebookOutputDiffers, notebookTimeout } from '../../notebooks/headless/errors.ts';
import {
  type CellTiming,
  type ExecutedNotebook,
  executeNotebook,
  numberedCells,
} from '../../notebooks/headless/execute-notebook.ts';
import { findTslab } from '../../notebooks/headless/find-tslab.ts';
import {
  type CellOutput,
  type FileCell,
  type NotebookFile,
  tagsOf,
} from '../../notebooks/headless/notebook-file.ts';
import { kernelEntry } from './kernel-process.ts';

export interface NotebookToTest {
  /** As messages name it. */
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly notebook: NotebookFile;
}

export interface NotebookTest {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'stopped';
  readonly milliseconds: number;
  readonly cells: readonly CellTiming[];
  readonly error?: ErrorRecord;
}

export interface TestNotebooksOptions {
  /** Notebooks at once. */
  readonly parallel: number;
  /** For each notebook. */
  readonly timeoutMs?: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onResult?: (test: NotebookTest) => void;
}

/** Executes notebooks side by side, each in a kernel of its own; the results come in the order given. Never rejects for a failure. */
export async function testNotebooks(
  notebooks: readonly NotebookToTest[],
  options: TestNotebooksOptions,
): Promise<readonly NotebookTest[]> {
  const results = new Map<NotebookToTest, NotebookTest>();
  const waiting = [...notebooks];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await testNotebook(next, options);
      results.set(next, result);
      options.onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.parallel) }, work));
  return notebooks.flatMap((notebook) => results.get(notebook) ?? []);
}

async function testNotebook(tested: NotebookToTest, options: TestNotebooksOptions): Promise<NotebookTest> {
  const { name, file, notebook } = tested;
  const begun = performance.now();
  const { timeoutMs, env } = options;
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const signal = limit ? AbortSignal.any([options.signal, limit]) : options.signal;
  const directory = path.dirname(file);
  const done = (rest: Pick<NotebookTest, 'state' | 'cells'> & { error?: ErrorRecord }): NotebookTest => ({
    name,
    milliseconds: performance.now() - begun,
    ...rest,
  });
  if (options.signal.aborted) return done({ state: 'stopped', cells: [] });
  try {
    const executed = await executeNotebook(notebook, {
      displayPath: name,
      directory,
      notebook: file,
      entry: kernelEntry(),
      tslab: findTslab(directory),
      env,
      signal,
    });
    const error =
      executed.error ??
      (executed.state === 'stopped' && limit?.aborted
        ? timedOut(tested, executed, timeoutMs ?? 0)
        : undefined) ??
      (executed.state === 'completed' ? unexpectedOutput(tested, executed) : undefined);
    if (error) return done({ state: 'failed', cells: executed.cells, error });
    return done({ state: executed.state === 'stopped' ? 'stopped' : 'passed', cells: executed.cells });
  } catch (error) {
    return done({ state: 'failed', cells: [], error: errorRecord(error) });
  }
}

function timedOut({ name }: NotebookToTest, { cell }: ExecutedNotebook, timeoutMs: number): ErrorRecord {
  return notebookTimeout(`notebook "${name}" did not end within ${renderDuration(timeoutMs)}`, {
    hint: 'give it a longer --timeout, or less to do',
    location: { notebook: name, ...(cell === undefined ? {} : { cell }) },
  }).toJSON();
}

/** Cells tagged `expect` must write what is saved with them. */
function unexpectedOutput(
  { name, notebook }: NotebookToTest,
  executed: ExecutedNotebook,
): ErrorRecord | undefined {
  const results = new Map(executed.notebook.cells.map((cell) => [cell.id, cell]));
  for (const { cell, number } of numberedCells(notebook.cells)) {
    if (!tagsOf(cell).includes('expect')) continue;
    const [expected, got] = [textOf(cell), textOf(results.get(cell.id) ?? cell)];
    if (expected === got) continue;
    return notebookOutputDiffers(
      `cell ${number} of "${name}" wrote something else than what is saved with it`,
      {
        hint: 'look at both; where the new output is right, run the notebook in Jupyter and save it',
        details: { expected, got },
        location: { notebook: name, cell: number },
      },
    ).toJSON();
  }
  return undefined;
}

const textOf = (cell: FileCell): string => (cell.outputs ?? []).map(outputText).join('').trimEnd();

function outputText(output: CellOutput): string {
  if (output.output_type === 'stream') return output.text;
  if (output.output_type === 'error') return `${output.ename}: ${output.evalue}\n`;
  return `${String(output.data['text/plain'] ?? JSON.stringify(output.data))}\n`;
}
