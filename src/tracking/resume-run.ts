import { runBusy, runExists, runNotFound } from './errors.ts';
import type { ProcessIdentity } from './journal-event.ts';
import { currentProcess, isAlive, sameProcess } from './process-identity.ts';
import { terminalStates } from './run.ts';
import type { RunStore } from './store.ts';

/** `never`: the run must be new. `allow`: goes on with it if it exists. `must`: it has to exist. */
export type ResumePolicy = 'never' | 'allow' | 'must';

/**
 * Decides what a run under a given uid does: `create` it (with `store.createRun`) or `continue` it (with `store.openRun`).
 * Throws `RUN_EXISTS` (never), `RUN_NOT_FOUND` (must), and `RUN_BUSY` when the run is still going on in another process.
 */
export async function resumeRun(
  store: RunStore,
  uid: string,
  policy: ResumePolicy,
): Promise<'create' | 'continue'> {
  const existing = await findOwner(store, uid);
  if (!existing) {
    if (policy !== 'must') return 'create';
    throw runNotFound(`run "${uid}" does not exist in project "${store.project}"`, {
      hint: 'resume policy "must" goes on with an existing run only; use "allow" to create it where it is missing',
    });
  }
  if (policy === 'never')
    throw runExists(`run "${uid}" exists already in project "${store.project}"`, {
      hint: 'choose another uid, or resume policy "allow" to go on with this run',
    });
  const { owner, ended } = existing;
  if (!ended && owner && isAlive(owner) && !sameProcess(owner, currentProcess()))
    throw runBusy(`run "${uid}" is still running in process ${owner.pid} on "${owner.host}"`, {
      hint: 'wait for it to end or stop it with `slipway stop`',
    });
  return 'continue';
}

async function findOwner(
  store: RunStore,
  uid: string,
): Promise<{ owner: ProcessIdentity | undefined; ended: boolean } | undefined> {
  let owner: ProcessIdentity | undefined;
  let ended = false;
  try {
    for await (const event of store.events(uid)) {
      if (event.kind === 'owner') owner = event.owner;
      if (event.kind === 'state') ended = terminalStates.has(event.state);
      if (event.kind === 'attempt') ended = false;
    }
  } catch (error) {
    if (runNotFound.is(error)) return undefined;
    throw error;
  }
  return { owner, ended };
}
