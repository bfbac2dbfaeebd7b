import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Component } from './component.ts';
import { registryFolder, renderRegistryHost } from './node-components.ts';

/**
 * One registry under one name on both sides: a server on the host's loopback and one on the node's, over the same files. So an
 * image that is pushed to `127.0.0.1:<port>` is pulled from there.
 */
export function registry(config: string, side: 'host' | 'node'): Component {
  return {
    name: `registry-${side}`,
    command: ['docker-registry', 'serve', path.join(config, 'registry.json')],
  };
}

export function writeRegistryConfig(config: string, folder: string, port: number): void {
  mkdirSync(folder, { recursive: true });
  const address = `127.0.0.1:${port}`;
  const settings = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
    http: { addr: address },
  };
  writeFileSync(path.join(config, 'registry.json'), JSON.stringify(settings, null, 2));
  addRegistryHost(config, address);
}

/** Lets the node pull from a registry that speaks plain HTTP, also while the cluster runs. */
export function addRegistryHost(config: string, address: string): void {
  const host = path.join(registryFolder(config), address);
  mkdirSync(host, { recursive: true });
  writeFileSync(path.join(host, 'hosts.toml'), renderRegistryHost(address));
}

/** Whether the registry on the host answers. */
export async function registryAnswers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/v2/`)).ok;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
