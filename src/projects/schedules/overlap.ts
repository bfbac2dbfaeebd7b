import { setTimeout as delay } from 'node:timers/promises';
import { runNotFound } from '../../tracking/errors.ts';
import { type RunRecord, terminalStates } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';
import { scheduleOverlap } from '../errors.ts';
import { scheduleLabel } from './scheduled-run.ts';

/** Milliseconds between two looks at a run of another process. */
const lookEveryMs = 500;
/** Milliseconds that a run which is to be replaced gets to end. */
const replaceWithinMs = 60_000;

/** Runs of a schedule that are under way, whichever process started them. One whose process died is found to be lost, and is not. */
export async function unfinishedRuns(store: RunStore, schedule: string): Promise<readonly RunRecord[]> {
  const { runs } = await store.searchRuns({
    labels: { [scheduleLabel]: schedule },
    filter: "state in ('created', 'pending', 'running')",
    limit: 100,
  });
  return runs;
}

/** Asks the runs to stop, and waits until they have ended. Throws `SCHEDULE_OVERLAP` where one does not. */
export async function replaceRuns(
  store: RunStore,
  runs: readonly RunRecord[],
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  for (const { uid } of runs) await store.requestStop(uid, reason);
  const within = AbortSignal.any([signal, AbortSignal.timeout(replaceWithinMs)]);
  for (const { uid } of runs) {
    if (await waitForEnd(store, uid, within)) continue;
    throw scheduleOverlap(`run "${uid}" was asked to stop and has not ended`, {
      hint: `see what it does: slipway describe ${uid}`,
    });
  }
}

/** Resolves with true once the run has ended, or is gone; with false when the signal fires. */
export async function waitForEnd(store: RunStore, uid: string, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    try {
      if (terminalStates.has((await store.getRun(uid)).state)) return true;
    } catch (error) {
      if (runNotFound.is(error)) return true;
      throw error;
    }
    if (signal.aborted) return false;
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
