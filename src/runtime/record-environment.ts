import type { RunStore, RunWriter } from '../tracking/store.ts';
import type { CapturedEnvironment } from './capture-once.ts';
import type { Job } from './job.ts';
import type { Redactor } from './redactor.ts';

interface Recording {
  readonly job: Pick<Job, 'uid' | 'project'>;
  readonly store: RunStore;
  readonly captured: CapturedEnvironment | undefined;
  readonly redactor: Redactor;
}

/** Puts where the run ran into its journal, and the difference from the git commit beside it as the artifact `git-diff`. */
export async function recordEnvironment(recording: Recording, writer: RunWriter): Promise<void> {
  const { captured } = recording;
  if (captured === undefined) return;
  writer.append({ kind: 'environment', environment: captured.environment });
  await recordDiff(recording, writer);
}

/** Puts the difference from the git commit, if there is any, into the store as the artifact `git-diff` of the run. */
export async function recordDiff(
  { job, store, captured, redactor }: Recording,
  writer: RunWriter,
): Promise<void> {
  if (captured?.gitDiff === undefined) return;
  const { saveArtifact } = await import('../data/save-artifact.ts');
  const target = { project: job.project, producer: job.uid, key: 'git-diff' };
  const options = { name: 'git.diff', mediaType: 'text/x-diff' };
  const { record } = await saveArtifact(store, target, redactor.text(captured.gitDiff), options);
  writer.append({ kind: 'artifact', artifact: record });
}
