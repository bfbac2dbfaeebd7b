import type Docker from 'dockerode';

/** The client of the daemon that `DOCKER_HOST` names, else of this machine's. */
export async function openDocker(): Promise<Docker> {
  const { default: Client } = await import('dockerode');
  return new Client();
}
