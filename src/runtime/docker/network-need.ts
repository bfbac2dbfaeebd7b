import type { Job } from '../job.ts';

/**
 * The network that a run's container gets: the one asked for, else none, unless an input is a URL: those are read from inside. What
 * this machine serves to itself alone is reached through its own network only.
 */
export function networkOf({ network, inputs }: Pick<Job, 'network' | 'inputs'>): string {
  if (network !== undefined) return network;
  const remote = Object.values(inputs)
    .map(({ uri }) => uri)
    .filter((uri) => /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(uri) && !/^(file|store|memory):/.test(uri));
  if (remote.length === 0) return 'none';
  return remote.some(isLoopback) ? 'host' : 'bridge';
}

function isLoopback(uri: string): boolean {
  const host = URL.canParse(uri) ? new URL(uri).hostname : '';
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}
