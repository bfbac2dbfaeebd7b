import { renderDuration } from '../core/duration.ts';
import type { ErrorRecord } from '../core/error.ts';
import { runAborted, runTimeout } from './errors.ts';
import type { Job } from './job.ts';

/** Why a run is to end before its handler returns. */
export interface StopRequest {
  readonly cause: 'abort' | 'timeout';
  readonly reason: string;
}

/** How long a run may take to stop by itself. */
export const defaultGraceMs = 5000;

/** The error of a run that ended because it was asked to. */
export function stopError(job: Pick<Job, 'name' | 'timeoutMs'>, stop: StopRequest): ErrorRecord {
  if (stop.cause === 'abort') return runAborted(`run "${job.name}" was aborted: ${stop.reason}`).toJSON();
  return runTimeout(`run "${job.name}" did not end within ${renderDuration(job.timeoutMs ?? 0)}`, {
    hint: 'give it a longer timeout, or less to do',
    details: { timeoutMs: job.timeoutMs ?? 0 },
  }).toJSON();
}
