import type Docker from 'dockerode';

/** Removes a container, running or not; one that is gone, or going, already is none to remove. */
export async function removeContainer(container: Docker.Container): Promise<void> {
  await container.remove({ force: true, v: true }).catch((error: { statusCode?: number }) => {
    // 404: gone; 409: the daemon is removing it
    if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
  });
}
