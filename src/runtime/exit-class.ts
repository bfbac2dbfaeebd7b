import { type ErrorRecord, errorRecord } from '../core/error.ts';
import type { AttemptReport } from './attempt.ts';
import { exitedError, killedError, megabytes, saysHeapIsFull } from './end-errors.ts';
import { runNotStarted, runOutOfMemory } from './errors.ts';
import type { Job } from './job.ts';
import { type StopRequest, stopError } from './stop-request.ts';

/** How a runner process ended that did not say how its run did. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last part of what it wrote to stderr. */
  readonly stderrTail: string;
  /** Why it could not be started. */
  readonly spawnError?: Error;
  /** Resident bytes when it was killed for its memory. */
  readonly exceededMemory?: number;
  /** Why it was killed by us otherwise, e.g. because its output could not be written. */
  readonly failure?: unknown;
  readonly stopped?: StopRequest;
}

/** What a run ended as whose process ended without the runner's last word: never completed, whatever the exit code. */
export function classifyExit(job: Job, end: ProcessEnd): AttemptReport {
  if (end.stopped?.cause === 'abort')
    return {
      state: 'aborted',
      error: stopError(job, end.stopped),
      reason: end.stopped.reason,
      written: false,
    };
  const exitCode = end.exitCode === null ? {} : { exitCode: end.exitCode };
  return { state: 'error', error: endError(job, end), ...exitCode, written: false };
}

function endError(job: Job, end: ProcessEnd): ErrorRecord {
  if (end.failure !== undefined) return errorRecord(end.failure);
  if (end.spawnError)
    return runNotStarted(`the process of run "${job.name}" could not be started: ${end.spawnError.message}`, {
      hint: `check that "${job.workingDirectory}" exists and that the machine can start further processes`,
    }).toJSON();
  if (end.exceededMemory !== undefined || isHeapExhausted(end)) return memoryError(job, end.exceededMemory);
  if (end.stopped) return stopError(job, end.stopped);
  if (end.signal) return killedError(job, end.signal);
  return exitedError(job, end.exitCode);
}

/** V8 aborts when its heap is full, after saying so. */
function isHeapExhausted(end: ProcessEnd): boolean {
  const aborted = end.signal === 'SIGABRT' || end.signal === 'SIGTRAP' || end.exitCode === 134;
  return aborted && saysHeapIsFull(end.stderrTail);
}

/**
 * The error of a run that was killed for its memory.
 * @param rss bytes that it held then, where known
 */
export function memoryError(job: Pick<Job, 'name' | 'resources'>, rss?: number): ErrorRecord {
  const limit = job.resources.memory;
  const used = rss === undefined ? '' : `, it used ${megabytes(rss)}`;
  const allowed =
    limit === undefined ? 'than Node allows by default' : `than its limit of ${megabytes(limit)}`;
  return runOutOfMemory(`run "${job.name}" needed more memory ${allowed}${used}`, {
    hint: 'give it more memory, or less data at once',
    details: { ...(limit === undefined ? {} : { limit }), ...(rss === undefined ? {} : { rss }) },
  }).toJSON();
}
