import { runAborted } from '../../../runtime/errors.ts';
import { hasEnded, type RunRecord } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { PipelineJournal } from '../../engine/pipeline-journal.ts';
import type { Plan } from '../../plan/plan.ts';
import { type PipelineStop, replayRun } from './replay-run.ts';

export interface StoppedRun {
  /** The plan that was run, where it is known. */
  readonly plan?: Plan | undefined;
  readonly stop: PipelineStop;
  /** Whether it had come to an end before it was stopped. @default false */
  readonly isOver?: boolean;
}

export function stopOf({ name }: Pick<RunRecord, 'name'>, reason: string): PipelineStop {
  return { reason, cause: runAborted(`the pipeline "${name}" was aborted: ${reason}`) };
}

/** Says how a pipeline ended that nobody follows any more, and each step of it; without the plan at least those that the record names. */
export async function recordStopped(
  store: RunStore,
  { uid, steps = [] }: RunRecord,
  { plan, stop, isOver = false }: StoppedRun,
): Promise<void> {
  const journal = new PipelineJournal(store.openRun(uid));
  if (plan !== undefined) {
    await replayRun(plan, store, journal, isOver ? {} : { stopped: stop });
    return;
  }
  const { reason, cause } = stop;
  for (const step of steps)
    if (!hasEnded(step))
      journal.step({
        type: 'step',
        time: Date.now(),
        step: step.id,
        function: step.function,
        state: 'skipped',
        reason,
      });
  journal.end('aborted', {}, cause.toJSON());
}
