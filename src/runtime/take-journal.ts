import { runNotFound } from '../tracking/errors.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import type { CreatedRun } from './attempt.ts';

/** Goes on with a run's journal; begins it where the runner that was to do so never came to it. */
export function takeJournal(store: RunStore, created: CreatedRun): RunWriter {
  try {
    return store.openRun(created.uid);
  } catch (error) {
    if (runNotFound.is(error)) return store.createRun(created);
    throw error;
  }
}
