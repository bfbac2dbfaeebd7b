import { type CellOutput, openCellOutput } from './notebooks/cell-output.ts';
import { listenForInterrupt } from './notebooks/interrupt.ts';
import { currentRunScope } from './runtime/run-scope.ts';
import type { LogChunk } from './runtime/runtime.ts';
import { renderRunHeadline } from './tracking/render-run-summary.ts';
import type { RunRecord } from './tracking/run.ts';

/** Something started that ends with a record. */
export interface Following {
  readonly wait: () => Promise<RunRecord>;
  readonly logs?: () => AsyncIterable<LogChunk>;
}

export interface CellRunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly start: (signal: AbortSignal | undefined) => Promise<Following>;
  /** What the cell shows of a run that completed. */
  readonly render: (record: RunRecord) => string;
}

/** Cells that show what became of a run already. */
const shown = new WeakMap<RunRecord, CellOutput>();

/**
 * Runs something to its end. In a notebook the cell gets its output as it comes and a summary at the end, and the stop button
 * aborts it; elsewhere, and inside another run, nothing is printed.
 */
export async function runInCell({ start, signal, render }: CellRunOptions): Promise<RunRecord> {
  const cell = currentRunScope() ? undefined : openCellOutput();
  if (cell === undefined) return (await start(signal)).wait();
  const interrupt = listenForInterrupt();
  try {
    const started = await start(signal ? AbortSignal.any([signal, interrupt.signal]) : interrupt.signal);
    const [record] = await Promise.all([started.wait(), copyLogs(started, cell)]);
    // of a failure the headline: the error itself is thrown, and the kernel shows it
    const isDone = record.state === 'completed';
    cell.writeLines(isDone ? render(record) : renderRunHeadline(record));
    cell.end('`await run.logs()` has them all');
    if (isDone) shown.set(record, cell);
    return record;
  } finally {
    interrupt.dispose();
  }
}

/** Whether the cell that runs now has been told about this run already. */
export function isShown(record: RunRecord): boolean {
  return shown.get(record)?.isCurrent === true;
}

async function copyLogs({ logs }: Following, cell: CellOutput): Promise<void> {
  for await (const { stream, text } of logs?.() ?? []) cell.write(stream, text);
}
