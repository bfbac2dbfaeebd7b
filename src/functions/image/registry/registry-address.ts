/** `host` and `port` of a registry as it is named in references. */
export interface RegistryAddress {
  readonly host: string;
  readonly port?: number;
}

/** Where a registry's API is; Docker Hub's has another name than its images. */
export function registryAddress(registry: string): RegistryAddress {
  if (registry === 'docker.io') return { host: 'registry-1.docker.io' };
  const match = /^(.*?)(?::(\d+))?$/.exec(registry);
  const host = match?.[1] ?? registry;
  return match?.[2] === undefined ? { host } : { host, port: Number(match[2]) };
}

/** The start of a registry's URLs. */
export function registryUrl(registry: string, scheme: 'http' | 'https'): URL {
  const { host, port } = registryAddress(registry);
  return new URL(`${scheme}://${host}${port === undefined ? '' : `:${port}`}/`);
}

/** Whether a host is this machine, so that no one listens in between. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name)
  );
}
