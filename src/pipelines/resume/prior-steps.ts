import { runNotFound } from '../../tracking/errors.ts';
import { type RunRecord, terminalStates } from '../../tracking/run.ts';
import { searchAllRuns } from '../../tracking/search-all-runs.ts';
import type { RunStore } from '../../tracking/store.ts';
import { isKept } from '../engine/check-artifacts.ts';
import { resumeImpossible } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';

/** Steps of an earlier run that completed, by their ids; and why others that did cannot be used. */
export interface PriorSteps {
  /** The pipeline run. */
  readonly run: string;
  readonly completed: ReadonlyMap<string, RunRecord>;
  readonly lost: ReadonlyMap<string, string>;
}

/** Milliseconds that step runs of a killed pipeline get to end. */
const orphanTime = 30_000;

export interface PriorOptions {
  /** Whether step runs that are under way are stopped and waited for; only where nobody drives the pipeline any more. @default false */
  readonly endsOrphans?: boolean;
}

/**
 * What an earlier run of a pipeline leaves to start from: step runs that completed, also those whose pipeline was killed before it
 * could take note; steps that it took from the cache or from runs before.
 */
export async function findPriorSteps(
  store: RunStore,
  run: RunRecord,
  plan: Plan,
  { endsOrphans = false }: PriorOptions = {},
): Promise<PriorSteps> {
  const found = new Map<string, RunRecord>();
  const take = async (step: string, uid: string): Promise<void> => {
    const record = await findRun(store, uid);
    if (record?.state === 'completed') found.set(step, record);
  };
  for (const [id, pruned] of Object.entries(plan.spec.pruned ?? {}))
    if (pruned.type === 'given') await take(id, pruned.run);
  for (const step of run.steps ?? [])
    if (step.cached && step.runUid !== undefined) await take(step.id, step.runUid);
  for (const child of await searchAllRuns(store, { parent: run.uid })) {
    const isOrphan = endsOrphans && !terminalStates.has(child.state);
    const ended = isOrphan ? await untilEnded(store, child) : child;
    if (child.step !== undefined && ended.state === 'completed') found.set(child.step, ended);
  }
  const lost = new Map<string, string>();
  for (const [step, record] of found)
    for (const { key, digest } of record.artifacts)
      if (!(await isKept(store, digest))) lost.set(step, `its artifact "${key}" is no longer in the store`);
  const completed = new Map([...found].filter(([step]) => !lost.has(step)));
  return { run: run.uid, completed, lost };
}

/** A step run that its pipeline left behind ends by itself, soon after it noticed. */
async function untilEnded(store: RunStore, { uid, step }: RunRecord): Promise<RunRecord> {
  await store.requestStop(uid, 'its pipeline was killed and is resumed');
  const signal = AbortSignal.timeout(orphanTime);
  for await (const _event of store.events(uid, { follow: true, signal }));
  const record = await store.getRun(uid);
  if (terminalStates.has(record.state)) return record;
  throw resumeImpossible(`step "${step}" of the pipeline is still under way as run "${uid}"`, {
    hint: `wait for it, or stop it: slipway stop ${uid}`,
  });
}

async function findRun(store: RunStore, uid: string): Promise<RunRecord | undefined> {
  try {
    return await store.getRun(uid);
  } catch (error) {
    if (runNotFound.is(error)) return undefined;
    throw error;
  }
}
