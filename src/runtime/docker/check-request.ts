import type Docker from 'dockerode';
import type { Job } from '../job.ts';
import { containerNetworkMissing, containerRefused } from './errors.ts';

/** What every daemon has. */
const everywhere = /^(?:none|bridge|host|default|container:.+)$/;
/** Docker takes the beginning of an id, too. */
const isId = (network: string): boolean => /^[0-9a-f]{12,64}$/.test(network);
/** Less is refused by every daemon. */
const leastMemory = 6 * 2 ** 20;

/**
 * Refuses, before a run or sweep begins, what its daemon cannot give. Asks the daemon only about what was asked for.
 * @throws CONTAINER_REFUSED, CONTAINER_NETWORK_MISSING
 */
export async function checkRequest(docker: Docker, { name, network, resources }: Job): Promise<void> {
  const { memory, cpus } = resources;
  if (memory !== undefined && memory < leastMemory)
    throw containerRefused(
      `run "${name}" is to have ${memory} bytes of memory, and a container needs ${leastMemory}`,
      {
        hint: 'give it more; Node itself takes 50 MB and more: --memory 512Mi',
      },
    );
  if (cpus !== undefined) await checkProcessors(docker, name, cpus);
  if (network !== undefined && !everywhere.test(network)) await checkNetwork(docker, name, network);
}

async function checkProcessors(docker: Docker, name: string, cpus: number): Promise<void> {
  const { NCPU: there } = (await docker.info()) as { readonly NCPU?: number };
  if (there === undefined || cpus <= there) return;
  throw containerRefused(
    `run "${name}" is to have ${cpus} processors, and the machine of its Docker daemon has ${there}`,
    { hint: `give it at most ${there}: --cpus ${there}` },
  );
}

async function checkNetwork(docker: Docker, name: string, network: string): Promise<void> {
  // a listing: the name is no part of an address then, whatever is in it
  const networks = await docker.listNetworks();
  if (
    networks.some(({ Name: known, Id: id }) => known === network || (isId(network) && id.startsWith(network)))
  )
    return;
  throw containerNetworkMissing(
    `run "${name}" is to use network "${network}", which its Docker daemon does not know`,
    { hint: 'use none, bridge, host, or a network of `docker network ls`' },
  );
}
