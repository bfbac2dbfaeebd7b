import { nearestName } from '../core/nearest-name.ts';
import type { RunRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { Artifact } from './artifact.ts';
import { artifactNotInRun } from './errors.ts';
import { openArtifact } from './open-artifact.ts';

/** The artifact that a run logged under a key. Throws `ARTIFACT_NOT_IN_RUN` naming the nearest key. */
export async function findRunArtifact(store: RunStore, run: RunRecord, key: string): Promise<Artifact> {
  const record = run.artifacts.find((artifact) => artifact.key === key);
  if (record) return openArtifact(store, record);
  const keys = run.artifacts.map((artifact) => artifact.key);
  const near = nearestName(key, keys);
  throw artifactNotInRun(`run "${run.uid}" has no artifact "${key}"`, {
    hint: near
      ? `did you mean "${near}"?`
      : keys.length
        ? `it has: ${keys.join(', ')}`
        : 'it logged no artifacts',
  });
}
