import type Docker from 'dockerode';
import type { Job } from '../job.ts';
import { containerNameTaken } from './errors.ts';
import { removeContainer } from './remove-container.ts';
import { labels } from './render-container.ts';

/**
 * Creates a container. What an earlier submission of the same run has left under its name, and does not run, makes way for it.
 * @throws CONTAINER_NAME_TAKEN
 */
export async function createContainer(
  docker: Docker,
  options: Docker.ContainerCreateOptions,
  job: Job,
): Promise<Docker.Container> {
  try {
    return await docker.createContainer(options);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 409) throw error;
    await makeWay(docker.getContainer(options.name ?? ''), options.name ?? '', job);
    return docker.createContainer(options);
  }
}

async function makeWay(container: Docker.Container, name: string, job: Job): Promise<void> {
  const found = await container.inspect().catch((error: { statusCode?: number }) => {
    // it went in the meantime
    if (error.statusCode === 404) return undefined;
    throw error;
  });
  if (!found) return;
  const ours = found.Config.Labels[labels.run] === job.uid;
  if (!ours || found.State.Running)
    throw containerNameTaken(`a container named "${name}" exists already`, {
      hint: ours ? 'the run is executed by another process' : `remove or rename it: \`docker rm ${name}\``,
    });
  await removeContainer(container);
}
