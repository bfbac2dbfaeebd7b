import { type ErrorRecord, errorRecord } from '../../../core/error.ts';
import { runAborted } from '../../../runtime/errors.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import type { RunStore, RunWriter } from '../../../tracking/store.ts';
import type { AwaitedStep } from '../record/remote-executor.ts';

export interface StepFailure {
  readonly uid: string;
  readonly pipelineRun: string;
  readonly awaited: AwaitedStep;
  /** Whether the step's pod had begun the record. */
  readonly exists: boolean;
  readonly error: ErrorRecord;
  /** Why the pipeline was stopped, where that is what ended the pod. */
  readonly aborted?: string;
}

/** The last word on a step whose pod cannot say it: that never ran, was taken away, or ran out of memory as a whole. */
export function recordFailure(store: RunStore, failure: StepFailure): RunRecord {
  const { uid, exists, error, aborted } = failure;
  const writer = exists ? store.openRun(uid) : beginRun(store, failure);
  writer.append(
    aborted === undefined
      ? { kind: 'state', state: 'error', error }
      : {
          kind: 'state',
          state: 'aborted',
          error: abortedError(failure.awaited.id, aborted),
          reason: aborted,
        },
  );
  const record = writer.record();
  writer.close();
  return record;
}

function abortedError(step: string, reason: string): ErrorRecord {
  return errorRecord(runAborted(`step "${step}" was aborted: ${reason}`));
}

function beginRun(store: RunStore, { uid, pipelineRun, awaited }: StepFailure): RunWriter {
  const { step, id } = awaited;
  return store.createRun({
    uid,
    name: id,
    project: store.project,
    runKind: step.sweep ? 'sweep' : 'step',
    params: {},
    inputs: {},
    labels: step.options.labels ?? {},
    function: { name: step.function, handler: step.function },
    runtime: 'kubernetes',
    parent: pipelineRun,
    step: id,
  });
}
