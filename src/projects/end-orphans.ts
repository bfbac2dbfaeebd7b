import { dockerForbidden, dockerUnavailable } from '../functions/image/docker/errors.ts';
import type { Workspace } from './workspace.ts';

/**
 * Ends containers whose submitters have gone, if the store has runs that may be in such a one: those that have not ended and, with
 * `lost`, those that are lost. Gives the uids of the runs, which are found to be lost, or what they wrote last, when they are read
 * again.
 */
export async function endOrphans(
  workspace: Workspace,
  { lost = false }: { readonly lost?: boolean } = {},
): Promise<readonly string[]> {
  const states = ["'created'", "'pending'", "'running'", ...(lost ? ["'lost'"] : [])].join(', ');
  const filter = `runtime = 'docker' and state in (${states})`;
  const { runs } = await workspace.store.searchRuns({ filter, all: true, limit: 1 });
  if (runs.length === 0) return [];
  const [{ connectDocker }, docker] = await Promise.all([
    import('../functions/image/docker/connect-docker.ts'),
    import('../runtime/docker/end-orphans.ts'),
  ]);
  try {
    const client = await connectDocker({ env: workspace.env });
    return await docker.endOrphans(client, workspace.project.storeDirectory);
  } catch (error) {
    // without the daemon nothing can be ended, nor is anything known to run
    if (dockerUnavailable.is(error) || dockerForbidden.is(error)) return [];
    throw error;
  }
}
