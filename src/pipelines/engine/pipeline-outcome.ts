import type { ErrorRecord, SlipwayError } from '../../core/error.ts';
import { errorRecord } from '../../core/error.ts';
import type { RunRecord, RunState } from '../../tracking/run.ts';
import { stepFailed } from '../errors.ts';
import type { PipelineStatus } from '../plan/plan.ts';
import type { StepOutputs } from './step-values.ts';

/** How a step ended, or why it never began. */
export interface StepEnd {
  readonly state: RunState;
  /** Whether an earlier run stands for it. */
  readonly cached?: boolean;
  /** What it gave; present when it completed. */
  readonly outputs?: StepOutputs;
  /** Whether it stands for the items of a map, which are told about one by one. */
  readonly isGathered?: boolean;
  /** Whether it was skipped because the pipeline was stopped, rather than by a condition. */
  readonly neverRan?: boolean;
  readonly record?: RunRecord;
  readonly error?: ErrorRecord;
  readonly reason?: string;
}

/** How a pipeline ended, from how its steps did. `cause` is what stopped it from outside: an abort or the timeout. */
export function pipelineStatus(
  ends: ReadonlyMap<string, StepEnd>,
  cause: SlipwayError | undefined,
): PipelineStatus {
  const skipped = [...ends].filter(([, end]) => end.state === 'skipped').map(([id]) => id);
  const failed = [...ends].filter(
    ([, end]) => isFailure(end) && !end.isGathered && !(end.state === 'aborted' && end.reason !== undefined),
  );
  const ids = failed.map(([id]) => id);
  if (cause !== undefined)
    return {
      state: cause.kind === 'cancelled' ? 'aborted' : 'error',
      failed: ids,
      skipped,
      error: errorRecord(cause),
    };
  const [first] = failed;
  if (first === undefined) return { state: 'completed', failed: [], skipped };
  return { state: 'error', failed: ids, skipped, error: failureRecord(ids, first[1]) };
}

/** Whether a step's end is one that a pipeline must not pass over. */
export function isFailure(end: StepEnd): boolean {
  return end.state !== 'completed' && end.state !== 'skipped';
}

function failureRecord(ids: readonly string[], first: StepEnd): ErrorRecord {
  const inner = first.error;
  const what = inner?.message ?? `it ended as ${first.state}`;
  const shown = ids.length > 10 ? `${ids.slice(0, 10).join(', ')}, …` : ids.join(', ');
  const which = ids.length === 1 ? `step "${shown}" failed` : `${ids.length} steps failed (${shown}); first`;
  const uid = first.record?.uid;
  const { notebook, cell, file, line, column, sourceLine } = inner ?? {};
  const location = Object.entries({ notebook, cell, file, line, column, sourceLine }).filter(
    ([, value]) => value !== undefined,
  );
  const error = stepFailed(`${which}: ${what}`, {
    hint: inner?.hint ?? (uid === undefined ? undefined : `see its output: slipway logs ${uid}`),
    details: { failed: ids, ...(inner === undefined ? {} : { code: inner.code }) },
  });
  return { ...errorRecord(error), ...Object.fromEntries(location) };
}
