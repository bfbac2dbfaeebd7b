import type { AttemptReport } from '../attempt.ts';
import type { Job } from '../job.ts';
import { podTerminated } from './errors.ts';

/** Asks a run to end because its pod is to end. */
export const terminated = { cause: 'abort', reason: 'its pod was told to end' } as const;

/** How an attempt ended whose pod was told to end before. */
export function terminatedReport({ name }: Pick<Job, 'name'>): AttemptReport {
  const error = podTerminated(`the pod of run "${name}" was told to end before its run had ended`, {
    hint: 'somebody deleted it, or its node was drained: see the events of the namespace, then run it again',
  });
  return { state: 'aborted', error: error.toJSON(), reason: terminated.reason, written: false };
}
