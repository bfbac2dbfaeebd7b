import { constants } from 'node:os';
import { type ErrorRecord, errorRecord } from '../../core/error.ts';
import type { AttemptReport } from '../attempt.ts';
import { exitedError, killedError, megabytes, saysHeapIsFull } from '../end-errors.ts';
import { runOutOfMemory } from '../errors.ts';
import type { Job } from '../job.ts';
import { type StopRequest, stopError } from '../stop-request.ts';
import type { ContainerEnd } from './container-events.ts';
import { dockerStopped } from './errors.ts';

/** How a container ended whose runner did not say how its run did. */
export interface EndedContainer extends ContainerEnd {
  /** Code that user code ended the process with; without one, a signal did. */
  readonly ownExit?: number;
  /** Most bytes it was seen to hold. */
  readonly peak?: number;
  readonly stderrTail: string;
  readonly stopped?: StopRequest;
  /** Why we killed it otherwise, e.g. because its output could not be written. */
  readonly failure?: unknown;
}

const signalBase = 128;

/** What a run ended as whose container ended without the runner's last word: never completed, whatever the exit code. */
export function classifyContainer(job: Job, end: EndedContainer): AttemptReport {
  if (end.stopped?.cause === 'abort') {
    const { reason } = end.stopped;
    return { state: 'aborted', error: stopError(job, end.stopped), reason, written: false };
  }
  const exitCode = end.ownExit ?? (signalOf(end) === undefined ? end.exitCode : undefined);
  return {
    state: 'error',
    error: endError(job, end),
    ...(exitCode === undefined ? {} : { exitCode }),
    written: false,
  };
}

function endError(job: Job, end: EndedContainer): ErrorRecord {
  if (end.failure !== undefined) return errorRecord(end.failure);
  if (end.outOfMemory || isHeapExhausted(end)) return memoryError(job, end);
  if (end.stopped) return stopError(job, end.stopped);
  if (end.unreachable || end.exitCode === undefined) return goneError(job, end);
  const signal = signalOf(end);
  if (signal !== undefined) return killedError(job, signal, ' (`docker kill`, `docker rm -f`)');
  return exitedError(job, end.ownExit ?? end.exitCode);
}

/** The first process of a container passes on a signal as 128 and its number. */
function signalOf({ exitCode, ownExit }: EndedContainer): NodeJS.Signals | undefined {
  if (exitCode === undefined || ownExit !== undefined) return undefined;
  const number = exitCode - signalBase;
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] as
    | NodeJS.Signals
    | undefined;
}

/** V8 aborts when its heap is full, after saying so. */
function isHeapExhausted(end: EndedContainer): boolean {
  const aborted = ['SIGABRT', 'SIGTRAP', 'SIGILL'].includes(signalOf(end) ?? '');
  return aborted && saysHeapIsFull(end.stderrTail);
}

function memoryError(job: Job, { peak, outOfMemory }: EndedContainer): ErrorRecord {
  const limit = job.resources.memory;
  // what the kernel kills for its memory held all that it may
  const held = outOfMemory ? Math.max(peak ?? 0, limit ?? 0) : peak;
  const allowed = limit === undefined ? 'than there is' : `than its limit of ${megabytes(limit)}`;
  const used = held ? `; its container held ${megabytes(held)} at most` : '';
  return runOutOfMemory(`run "${job.name}" needed more memory ${allowed}${used}`, {
    hint: 'give it more memory, or less data at once',
    details: { ...(limit === undefined ? {} : { limit }), ...(held ? { peak: held } : {}) },
  }).toJSON();
}

function goneError(job: Job, { unreachable }: EndedContainer): ErrorRecord {
  const what = unreachable
    ? `the Docker daemon of run "${job.name}" cannot be reached any more`
    : `the container of run "${job.name}" is gone: its Docker daemon was stopped or restarted, or somebody removed it`;
  return dockerStopped(what, {
    hint: 'see that the daemon runs (`docker info`), then run it again',
  }).toJSON();
}
