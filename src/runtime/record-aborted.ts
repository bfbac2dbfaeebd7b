import { hasEnded, terminalStates } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import { runAborted } from './errors.ts';

/** The last word on a run that nobody else is left to say: it was aborted. One that has said how it ended is left as it is. */
export async function recordAborted(
  store: RunStore,
  uid: string,
  { what, reason }: { readonly what: string; readonly reason: string },
): Promise<void> {
  if (hasEnded(await store.getRun(uid))) return;
  const writer = store.openRun(uid);
  if (!terminalStates.has(writer.record().state)) {
    const error = runAborted(`${what} was aborted: ${reason}`).toJSON();
    writer.append({ kind: 'state', state: 'aborted', error, reason });
  }
  writer.close();
}
