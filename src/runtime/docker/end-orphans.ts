import type Docker from 'dockerode';
import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import { isAlive } from '../../tracking/process-identity.ts';
import { removeContainer } from './remove-container.ts';
import { labels } from './render-container.ts';

/** Seconds that an orphan gets to end by itself: its runner was told when its submitter went. */
const graceSeconds = 2;

/**
 * Ends the containers of a store whose submitters have gone: what waits for its end ends by itself, but a busy loop does not, and a
 * container that was never started stays for ever. Gives the uids of their runs.
 */
export async function endOrphans(docker: Docker, storeDirectory: string): Promise<readonly string[]> {
  const found = await docker.listContainers({
    all: true,
    filters: { label: [`${labels.store}=${storeDirectory}`] },
  });
  const orphans = found.filter(({ Labels: own }) => isOrphan(own[labels.submitter]));
  await Promise.all(orphans.map(({ Id: id, State: state }) => end(docker.getContainer(id), state)));
  return orphans.map(({ Labels: own }) => own[labels.run] ?? '');
}

function isOrphan(submitter: string | undefined): boolean {
  if (submitter === undefined) return false;
  return isAlive(JSON.parse(submitter) as ProcessIdentity) === false;
}

async function end(container: Docker.Container, state: string): Promise<void> {
  if (state === 'running')
    await container.stop({ t: graceSeconds }).catch((error: { statusCode?: number }) => {
      // 304 and 404: it ended by itself meanwhile
      if (error.statusCode !== 304 && error.statusCode !== 404) throw error;
    });
  await removeContainer(container);
}
