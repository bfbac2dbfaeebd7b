import { connect, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { trackingAddressNeeded } from './errors.ts';

/** Milliseconds that opening a connection may take. */
const connectMs = 10_000;

/**
 * The address of this machine on its way to a cluster: what answers there can most likely be reached under it.
 * @param server address of the API server, `https://host:port`
 * @throws TRACKING_ADDRESS_NEEDED where it is one that only this machine knows
 */
export async function localRouteAddress(server: string): Promise<string> {
  const { hostname, port, protocol } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const found = await localAddress(host, Number(port) || (protocol === 'http:' ? 80 : 443));
  if (found === undefined)
    throw trackingAddressNeeded(
      `this machine's own address cannot be told: the cluster's API server at "${server}" cannot be reached directly`,
      { hint: addressHint() },
    );
  if (!isLoopback(found)) return found;
  throw trackingAddressNeeded(
    `pods of the cluster at "${server}" cannot reach this machine under "${found}", from where it reaches the cluster`,
    { hint: addressHint() },
  );
}

/** Whether an address, or a name, stands for the machine that says it. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '');
  return plain === 'localhost' || plain === '::1' || /^127\./.test(plain);
}

/** Addresses of this machine that others may know. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((entries = []) =>
    entries.filter(({ internal }) => !internal).map(({ address }) => address),
  );
}

/** How to say under which address pods reach this machine. */
export function addressHint(): string {
  const [first] = ownAddresses().filter((address) => isIPv4(address));
  const example = first === undefined ? 'host:port' : first;
  return `say how pods reach this machine: --tracking-address ${example} (or kubernetes.trackingAddress in project.yaml; host.docker.internal for a cluster in Docker Desktop); or let them use a tracking server: --tracking-url`;
}

function localAddress(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectMs });
    const end = (address?: string): void => {
      socket.destroy();
      resolve(address?.replace(/^::ffff:/, ''));
    };
    socket.once('connect', () => end(socket.localAddress));
    socket.once('timeout', () => end());
    socket.once('error', () => end());
  });
}
