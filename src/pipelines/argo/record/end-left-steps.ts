import { recordAborted } from '../../../runtime/record-aborted.ts';
import { hasEnded } from '../../../tracking/run.ts';
import { searchAllRuns } from '../../../tracking/search-all-runs.ts';
import type { RunStore } from '../../../tracking/store.ts';

/** The last word on step runs of a pipeline, and on trials of its sweeps, whose pods have gone without one. */
export async function endLeftSteps(store: RunStore, parent: string, reason: string): Promise<void> {
  for (const run of await searchAllRuns(store, { parent })) {
    if (hasEnded(run)) continue;
    if (run.kind === 'sweep') await endLeftSteps(store, run.uid, reason);
    const what =
      run.iteration === undefined ? `step "${run.name}"` : `trial ${run.iteration} of "${run.name}"`;
    await recordAborted(store, run.uid, { what, reason });
  }
}
