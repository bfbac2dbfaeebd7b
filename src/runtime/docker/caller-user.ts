import { statSync } from 'node:fs';
import type { ContainerUser } from './render-container.ts';

const defaultSocket = '/var/run/docker.sock';

/**
 * As whom user code runs in a container: as the caller, so that its files are the caller's. A daemon without root rights maps its
 * containers' root to the user that it runs as; and Docker Desktop maps all owners.
 */
export function callerUser(env: Readonly<Record<string, string | undefined>> = process.env): ContainerUser {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0 && daemonOwner(env) === uid) return { uid: 0, gid: 0, groups: [] };
  return { uid, gid, groups: (process.getgroups?.() ?? []).filter((group) => group !== gid) };
}

function daemonOwner({
  DOCKER_HOST: host,
}: Readonly<Record<string, string | undefined>>): number | undefined {
  if (host !== undefined && host !== '' && !host.startsWith('unix://')) return undefined;
  const socket = host ? host.slice('unix://'.length) : defaultSocket;
  return statSync(socket, { throwIfNoEntry: false })?.uid;
}
