import { isStoreUri } from '../../core/store-uri.ts';
import { splitMember } from '../../data/split-member.ts';
import type { Job } from '../../runtime/job.ts';
import type { ArtifactRecord } from '../../tracking/run.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Brings the artifacts that a job reads from the tracking server to this machine, where its process will look for their files, and
 * gives what they are, by input: a container has no way to ask. Nothing where there is no server.
 * @throws ARTIFACT_NOT_FOUND, SERVER_UNREACHABLE
 */
export async function bringInputs(
  { store, server }: Pick<Workspace, 'store' | 'server'>,
  { inputs }: Pick<Job, 'inputs'>,
): Promise<Pick<Job, 'artifacts'>> {
  const kept = Object.entries(inputs).filter(([, { uri }]) => isStoreUri(uri));
  if (server === undefined || kept.length === 0) return {};
  const artifacts = await Promise.all(
    kept.map(async ([name, { uri }]): Promise<[string, ArtifactRecord]> => {
      const record = await store.resolveArtifact(splitMember(uri).artifact);
      await store.artifactDirectory(record.digest);
      return [name, record];
    }),
  );
  return { artifacts: Object.fromEntries(artifacts) };
}
