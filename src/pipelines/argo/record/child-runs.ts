import type { RunRecord } from '../../../tracking/run.ts';
import { searchAllRuns } from '../../../tracking/search-all-runs.ts';
import type { RunStore } from '../../../tracking/store.ts';
import type { FindEnd } from '../pod/view-target.ts';
import { endOfStepRun } from '../step-record.ts';
import { stepRunUid } from '../step-run-uid.ts';

/** The runs of a pipeline's steps by uid, all at once. */
export async function childRuns(store: RunStore, parent: string): Promise<ReadonlyMap<string, RunRecord>> {
  const runs = await searchAllRuns(store, { parent });
  return new Map(runs.map((run) => [run.uid, run]));
}

/** Finds how steps ended among runs that are known. What has not ended counts as lost: nothing of the pipeline runs any more. */
export function findAmong(
  store: RunStore,
  pipelineRun: string,
  runs: ReadonlyMap<string, RunRecord>,
): FindEnd {
  return async (step, at) => {
    const record = runs.get(stepRunUid(pipelineRun, step, at));
    if (record === undefined) return undefined;
    const end = await endOfStepRun(record, (uid) => store.getRun(uid));
    return end ?? { state: 'lost', record, reason: 'its pod ended without a word' };
  };
}
