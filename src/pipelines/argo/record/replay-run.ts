import { systemClock } from '../../../core/clock.ts';
import type { SlipwayError } from '../../../core/error.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { PipelineDriver } from '../../engine/pipeline-driver.ts';
import type { StepEnd } from '../../engine/pipeline-outcome.ts';
import type { DriverJournal } from '../../engine/step-executor.ts';
import type { PipelineStatus, Plan } from '../../plan/plan.ts';
import { childRuns, findAmong } from './child-runs.ts';
import { RemoteExecutor } from './remote-executor.ts';
import { ReplayWatcher } from './replay-watcher.ts';

/** What stopped a pipeline from outside, while it was followed. */
export interface PipelineStop {
  readonly reason: string;
  readonly cause: SlipwayError;
}

/** What came from outside. */
export interface ReplayCauses {
  readonly stopped?: PipelineStop;
  /** Why the workflow was ended, if it was: told where steps have not come to their ends although none had failed. */
  readonly late?: PipelineStop;
}

/**
 * Goes once more through a plan whose steps have ended, and writes down how: the same as an engine would have that was there. Gives the
 * final status.
 */
export async function replayRun(
  plan: Plan,
  store: RunStore,
  journal: DriverJournal,
  { stopped, late }: ReplayCauses = {},
): Promise<PipelineStatus> {
  const runs = await childRuns(store, journal.uid);
  const stop = (): void => {
    if (stopped !== undefined) driver.abort(stopped.reason, stopped.cause);
  };
  let isFirstLook = true;
  const stopOrEnd = (left: readonly (StepEnd | undefined)[]): void => {
    stop();
    const wasEnded = isFirstLook && !left.some((end) => end?.state === 'error');
    if (late !== undefined && wasEnded) driver.abort(late.reason, late.cause);
    isFirstLook = false;
  };
  const watcher = new ReplayWatcher(findAmong(store, journal.uid, runs), {
    onSuccessesTold: stopOrEnd,
    onStuck: () => driver.abort('its workflow ended before all steps had run'),
  });
  const driver: PipelineDriver = new PipelineDriver(plan, { store }, systemClock, {
    journal,
    createExecutor: (hooks) => new RemoteExecutor({ plan, store, watcher }, hooks),
    limit: Number.POSITIVE_INFINITY,
    follows: true,
  });
  await driver.run();
  stop();
  return driver.status();
}
