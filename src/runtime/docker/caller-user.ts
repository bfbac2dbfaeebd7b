import { statSync } from 'node:fs';
import { findDockerHost } from '../../functions/image/docker/docker-host.ts';
import type { ContainerUser } from './render-container.ts';

const defaultSocket = '/var/run/docker.sock';

/**
 * As whom user code runs in a container: as the caller, so that its files are the caller's. A daemon without root rights maps its
 * containers' root to the user that it runs as.
 */
export function callerUser(env: Readonly<Record<string, string | undefined>>): ContainerUser {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0 && daemonOwner(env) === uid) return { uid: 0, gid: 0, groups: [] };
  return { uid, gid, groups: (process.getgroups?.() ?? []).filter((group) => group !== gid) };
}

/** Undefined for a daemon that is not reached by a socket of this machine. */
function daemonOwner(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const host = findDockerHost(env);
  if (host !== undefined && !host.startsWith('unix://')) return undefined;
  const socket = host === undefined ? defaultSocket : host.slice('unix://'.length);
  return statSync(socket, { throwIfNoEntry: false })?.uid;
}
