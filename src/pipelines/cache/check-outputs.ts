import { isIntact } from '../../tracking/artifact-integrity.ts';
import { artifactDamaged, artifactNotFound, journalCorrupt, runNotFound } from '../../tracking/errors.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';

/** Whether what a run gave is still there and whole: the run as its journal tells it, or why nothing can be taken from it. */
export async function checkOutputs(
  store: RunStore,
  uid: string,
): Promise<{ readonly record: RunRecord } | { readonly missing: string }> {
  const record = await readRecord(store, uid);
  if (record?.state !== 'completed') return { missing: `the record of run ${uid} is damaged` };
  for (const { key, digest, size } of record.artifacts) {
    const wrong = await findWrong(store, { digest, size });
    if (wrong !== undefined) return { missing: `the artifact "${key}" of run ${uid} is ${wrong}` };
  }
  return { record };
}

/** The record of a run; undefined where it cannot be read. */
async function readRecord(store: RunStore, uid: string): Promise<RunRecord | undefined> {
  try {
    return await store.getRun(uid);
  } catch (error) {
    if (journalCorrupt.is(error) || runNotFound.is(error)) return undefined;
    throw error;
  }
}

async function findWrong(
  store: RunStore,
  { digest, size }: { readonly digest: string; readonly size: number },
): Promise<string | undefined> {
  try {
    const folder = await store.artifactDirectory(digest);
    return (await isIntact(folder, { digest, size })) ? undefined : 'damaged';
  } catch (error) {
    if (artifactNotFound.is(error)) return 'no longer in the store';
    if (artifactDamaged.is(error)) return 'damaged';
    throw error;
  }
}
