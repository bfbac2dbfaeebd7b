import { runExists, runNotFound } from '../../../tracking/errors.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { createPipelineRun, PipelineJournal } from '../../engine/pipeline-journal.ts';
import { type ReplayCauses, replayRun } from '../record/replay-run.ts';
import { workflowLabel } from '../step-record.ts';
import type { PodPlace } from './read-pod-place.ts';

/** Begins the record of a pipeline's run that nobody follows; the first of its pods does. */
export async function beginAloneRun(
  { plan, context, pipelineRun, workflow }: PodPlace,
  store: RunStore,
): Promise<void> {
  try {
    await store.getRun(pipelineRun);
    return;
  } catch (error) {
    if (!runNotFound.is(error)) throw error;
  }
  try {
    const labels = { ...context.labels, ...(workflow === undefined ? {} : { [workflowLabel]: workflow }) };
    const writer = createPipelineRun(store, plan, { ...context, labels, uid: pipelineRun, ownerless: true });
    writer.close();
  } catch (error) {
    // another pod was faster
    if (!runExists.is(error)) throw error;
  }
}

/** Ends it: says of every step how it ended. Gives whether the pipeline completed. */
export async function finishAloneRun(
  place: PodPlace,
  store: RunStore,
  causes: ReplayCauses,
): Promise<boolean> {
  const { plan, pipelineRun } = place;
  await beginAloneRun(place, store);
  const journal = new PipelineJournal(store.openRun(pipelineRun));
  const { state } = await replayRun(plan, store, journal, causes);
  return state === 'completed';
}
