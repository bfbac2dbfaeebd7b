import type { ArtifactRecord, RunRecord } from '../tracking/run.ts';
import type { RunWriter } from '../tracking/store.ts';

/** Makes a trial's results and artifacts the parent's own; the artifacts keep the trial as their producer. */
export function promoteTrial(
  parent: RunWriter,
  trial: Pick<RunRecord, 'results'> & { readonly artifacts: readonly ArtifactRecord[] },
): void {
  for (const [key, value] of Object.entries(trial.results)) parent.append({ kind: 'result', key, value });
  for (const artifact of trial.artifacts) parent.append({ kind: 'artifact', artifact });
}
