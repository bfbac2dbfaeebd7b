import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunStore } from '../../../tracking/store.ts';
import { packTrials, type TrialParts, trialsFile } from '../../agent/trial-table.ts';
import type { Trial } from '../../batch.ts';

/** Bytes of a packed table that fit into a Secret (1 MiB) beside the job and the values of its secrets. */
const mostBytes = 512 * 1024;
/** A pod fetches one part to find its row. */
const rowsPerPart = 1000;

/** The table of a sweep's trials as its pods get it: with the delivery, or, where it is too large for that, through the store. */
export async function deliverTrials(
  trials: readonly Trial[],
  store: RunStore,
): Promise<Uint8Array | TrialParts> {
  const packed = packTrials(trials);
  if (packed.length <= mostBytes) return packed;
  const parts: string[] = [];
  for (let start = 0; start < trials.length; start += rowsPerPart)
    parts.push(await putPart(trials.slice(start, start + rowsPerPart), store));
  return { rowsPerPart, parts };
}

async function putPart(trials: readonly Trial[], store: RunStore): Promise<string> {
  const staging = await store.createStaging();
  try {
    await writeFile(path.join(staging, trialsFile), packTrials(trials));
    return (await store.putArtifact(staging, { directory: true })).digest;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
