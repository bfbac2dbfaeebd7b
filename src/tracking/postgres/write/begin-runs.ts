import { foldDraft } from '../../fold.ts';
import type { Work } from '../statement.ts';
import type { NewEvent } from './append-journals.ts';
import type { JournalHead } from './check-batch.ts';
import { storeRuns } from './store-runs.ts';

/** Makes the rows of runs that have just begun, so that a run is found as soon as it is there. */
export function* beginRuns(fresh: readonly NewEvent[], begun: readonly JournalHead[]): Work<void> {
  if (begun.length === 0) return;
  const eventsOf = new Map<number, NewEvent['event'][]>(begun.map(({ id }) => [id, []]));
  for (const { run, event } of fresh) eventsOf.get(run)?.push(event);
  yield* storeRuns(
    begun.map(({ id, project, uid, seq }) => ({
      id,
      project,
      uid,
      seq,
      draft: foldDraft(eventsOf.get(id) ?? []),
      overlay: undefined,
      // the next look at the project settles it
      live: true,
      corrupt: null,
    })),
  );
}
