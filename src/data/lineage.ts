import { isStoreUri } from '../core/store-uri.ts';
import type { ArtifactRecord, RunRecord } from '../tracking/run.ts';
import { searchAllRuns } from '../tracking/search-all-runs.ts';
import type { RunStore } from '../tracking/store.ts';
import { type LineageGraph, lineageGraph } from './lineage-graph.ts';

export interface LineageOptions {
  /** How far to go, in runs, each way. @default without limit */
  readonly depth?: number;
  /** @default both */
  readonly direction?: 'upstream' | 'downstream' | 'both';
}

/**
 * Which run made what from which: everything that led to an artifact or run and everything made from it. `reference` is a
 * `store://` URI, or a run by uid, prefix or `@last`. Runs and artifacts are matched by digest, so that a file that was
 * read and is the same as an artifact counts as that artifact. Throws `ARTIFACT_NOT_FOUND`, `RUN_NOT_FOUND`.
 */
export async function traceLineage(
  store: RunStore,
  reference: string,
  options: LineageOptions = {},
): Promise<LineageGraph> {
  const start = isStoreUri(reference)
    ? await store.resolveArtifact(reference)
    : await store.getRun(reference);
  const runs = new Map((await searchAllRuns(store)).map((run) => [run.uid, run]));
  await addRunOf(store, start, runs);
  return lineageGraph(start, [...runs.values()], options);
}

/** A run in the trash is not listed, but what it made still names it. */
async function addRunOf(
  store: RunStore,
  start: ArtifactRecord | RunRecord,
  runs: Map<string, RunRecord>,
): Promise<void> {
  const uid = 'uid' in start ? start.uid : start.producer;
  if (runs.has(uid)) return;
  const run = 'uid' in start ? start : await store.getRun(uid).catch(() => undefined);
  if (run) runs.set(run.uid, run);
}
