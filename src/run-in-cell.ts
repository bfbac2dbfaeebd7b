import path from 'node:path';
import { type CellOutput, openCellOutput } from './notebooks/cell-output.ts';
import type { DisplayPort } from './notebooks/display/port/display-port.ts';
import { openDisplay } from './notebooks/display/port/open-display.ts';
import type { FollowedRun } from './notebooks/display/run/follow-run.ts';
import type { RunTracker, TrackedRun } from './notebooks/display/run/run-tracker.ts';
import { listenForInterrupt } from './notebooks/interrupt.ts';
import type { Workspace } from './projects/workspace.ts';
import { isInsideHandler } from './runtime/run-scope.ts';
import { renderRunHeadline } from './tracking/render-run-summary.ts';
import type { RunRecord } from './tracking/run.ts';
import { runDirectory } from './tracking/store-layout.ts';

export interface CellRunOptions {
  readonly workspace: Workspace;
  readonly signal?: AbortSignal | undefined;
  /** Starts it. `tracker` is there where a card is shown, and takes what the run's journal and output do not say. */
  readonly start: (signal: AbortSignal | undefined, tracker?: RunTracker) => Promise<FollowedRun>;
  /** What is known beforehand, for the card. */
  readonly plan?: () => TrackedRun;
  /** The record as text. */
  readonly render: (record: RunRecord) => string;
}

/** Cells that show what became of a run already. */
const shown = new WeakMap<RunRecord, { readonly isCurrent: boolean }>();

/**
 * Runs something to its end. In a notebook the cell shows one card that follows the run (where the kernel shows text only, its
 * output as it comes and a summary at the end), and the stop button aborts it; elsewhere, and inside another run, nothing is
 * printed.
 */
export async function runInCell(options: CellRunOptions): Promise<RunRecord> {
  const isInside = isInsideHandler();
  const display = isInside ? undefined : openDisplay();
  const cell = isInside || display ? undefined : openCellOutput();
  if (display === undefined && cell === undefined) return (await options.start(options.signal)).wait();
  const interrupt = listenForInterrupt();
  const { signal } = options;
  const stop = signal ? AbortSignal.any([signal, interrupt.signal]) : interrupt.signal;
  try {
    if (display !== undefined) return await showCard(options, stop, display);
    return cell === undefined
      ? await (await options.start(stop)).wait()
      : await printRun(options, stop, cell);
  } finally {
    interrupt.dispose();
  }
}

/** Whether the cell that runs now has been told about this run already. */
export function isShown(record: RunRecord): boolean {
  return shown.get(record)?.isCurrent === true;
}

async function showCard(options: CellRunOptions, stop: AbortSignal, port: DisplayPort): Promise<RunRecord> {
  const { workspace, start, plan, render: renderText } = options;
  const [{ followRun }, { RunTracker }] = await Promise.all([
    import('./notebooks/display/run/follow-run.ts'),
    import('./notebooks/display/run/run-tracker.ts'),
  ]);
  const tracker = new RunTracker();
  const run = await start(stop, tracker);
  const { store, project, server } = workspace;
  const directory = runDirectory(project.storeDirectory, project.name, run.uid);
  tracker.plan({ ...plan?.(), logFile: path.relative(process.cwd(), path.join(directory, 'output.log')) });
  // a run that is kept by a server may go on elsewhere, and then not in the journal here
  const journal = server === undefined ? path.join(directory, 'events.jsonl') : undefined;
  const { record, card } = await followRun(run, {
    store,
    tracker,
    port,
    renderText,
    ...(journal === undefined ? {} : { journal }),
  });
  shown.set(record, card);
  return record;
}

async function printRun(options: CellRunOptions, stop: AbortSignal, cell: CellOutput): Promise<RunRecord> {
  const started = await options.start(stop);
  const [record] = await Promise.all([started.wait(), copyLogs(started, cell)]);
  // of a failure the headline: the error itself is thrown, and the kernel shows it
  const isDone = record.state === 'completed';
  cell.writeLines(isDone ? options.render(record) : renderRunHeadline(record));
  cell.end('`await run.logs()` has them all');
  if (isDone) shown.set(record, cell);
  return record;
}

async function copyLogs({ logs }: FollowedRun, cell: CellOutput): Promise<void> {
  for await (const { stream, text } of logs?.() ?? []) cell.write(stream, text);
}
