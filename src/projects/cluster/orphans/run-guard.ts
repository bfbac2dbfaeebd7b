import type { ProcessIdentity } from '../../../tracking/journal-event.ts';
import type { RunStore } from '../../../tracking/store.ts';

/** Who speaks for the process of a run that cannot be seen, by the run's journal. */
export async function guardOf(store: RunStore, uid: string): Promise<ProcessIdentity | undefined> {
  let guard: ProcessIdentity | undefined;
  for await (const event of store.events(uid)) if (event.kind === 'owner') guard = event.owner.guard;
  return guard;
}
