import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../cluster/registry.ts';
import { until } from '../../cluster/until.ts';

/** A registry that lets nobody in who has no password, at an address that a cluster's node reaches. */
export async function startLockedRegistry(host: string): Promise<{ address: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-registry-'));
  const address = `${host}:${await freePort()}`;
  const settings = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'data') } },
    http: { addr: address },
    auth: { htpasswd: { realm: 'locked', path: path.join(folder, 'passwords') } },
  };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(settings));
  writeFileSync(path.join(folder, 'passwords'), '');
  const server = spawn('docker-registry', ['serve', path.join(folder, 'config.json')], { stdio: 'ignore' });
  await until(async () => (await statusOf(address)) === 401, {
    describe: () => 'the registry does not answer',
  });
  return { address, stop: () => stop(server, folder) };
}

async function statusOf(address: string): Promise<number | undefined> {
  try {
    return (await fetch(`http://${address}/v2/`)).status;
  } catch {
    return undefined;
  }
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const ended = once(server, 'exit');
  server.kill();
  await ended;
  rmSync(folder, { recursive: true });
}
