import { type RunRecord, terminalStates } from '../../tracking/run.ts';
import type { StepEnd } from '../engine/pipeline-outcome.ts';

/** Label of a step's run that did not happen because an earlier run stands for it: the uid of that one. */
export const standInLabel = 'slipway.cached-from';

/** Label of a step's run that says why it ran rather than being taken from the cache. */
export const reasonLabel = 'slipway.reason';

/** Label of a pipeline's run that nobody follows: `namespace/name` of its workflow. */
export const workflowLabel = 'slipway.workflow';

/** Label of a run that a cluster has started by a schedule: the schedule's name. */
export const clusterScheduleLabel = 'slipway.schedule';

/** How a step ended, by its run; undefined while it has not. What stands in for an earlier run gives that one's outputs. */
export async function endOfStepRun(
  record: RunRecord,
  getRun: (uid: string) => Promise<RunRecord>,
): Promise<StepEnd | undefined> {
  if (!terminalStates.has(record.state)) return undefined;
  const from = record.labels[standInLabel];
  if (from !== undefined) {
    const { uid, results, artifacts } = await getRun(from);
    const reason = record.reason === undefined ? {} : { reason: record.reason };
    return { state: 'completed', cached: true, outputs: { uid, results, artifacts }, ...reason };
  }
  const { uid, state, results, artifacts, error, labels } = record;
  const why = labels[reasonLabel];
  return {
    state,
    record,
    outputs: { uid, results, artifacts },
    ...(why === undefined ? {} : { reason: why }),
    ...(error === undefined ? {} : { error }),
  };
}
