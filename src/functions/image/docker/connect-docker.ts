import type { IncomingMessage } from 'node:http';
import type Docker from 'dockerode';
import type { Environment } from '../registry/registry-options.ts';
import { dockerAddress } from './docker-address.ts';
import { findDockerHost } from './docker-host.ts';
import { dockerForbidden, dockerTooOld, dockerUnavailable } from './errors.ts';

/** Docker 19.03; older daemons lack what containers of runs are made with. */
const oldestApi = '1.40';

export interface ConnectDockerOptions {
  /** Where the address of the daemon is read. @default process.env */
  readonly env?: Environment;
}

type Callback = (error: unknown, result?: unknown) => void;

/** What of dockerode's transport is used here; its types leave it out. */
interface Modem {
  dial(options: unknown, callback: Callback): void;
  buildPayload(error: unknown, ...rest: readonly unknown[]): void;
}

/**
 * A client of the user's Docker daemon. Nothing is asked of the daemon yet; whatever is asked later fails with DOCKER_UNAVAILABLE,
 * DOCKER_FORBIDDEN or DOCKER_TOO_OLD where the daemon is down, refuses this user or is too old.
 * @throws DOCKER_HOST_INVALID
 */
export async function connectDocker(options: ConnectDockerOptions = {}): Promise<Docker> {
  const { default: Dockerode } = await import('dockerode');
  const env = options.env ?? process.env;
  const host = findDockerHost(env);
  const docker = new Dockerode(host === undefined ? {} : dockerAddress(host, env));
  const modem = docker.modem as unknown as Modem;
  const place = host ?? 'the usual socket, /var/run/docker.sock';
  const dial = modem.dial.bind(modem);
  modem.dial = (request, callback) =>
    dial(request, (error, result) => callback(error ? explainDockerError(error, place) : error, result));
  const buildPayload = modem.buildPayload.bind(modem);
  modem.buildPayload = (error, ...rest) =>
    buildPayload(error ?? tooOld(rest[4] as IncomingMessage | undefined, place), ...rest);
  return docker;
}

/** Why a daemon could not be asked; what it answered stays as it is. */
export function explainDockerError(error: unknown, place: string): unknown {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (['EACCES', 'EPERM'].includes(code))
    return dockerForbidden(`this user may not use the Docker daemon at "${place}"`, {
      hint: 'add the user to the group "docker" and log in again, or use a rootless daemon (DOCKER_HOST)',
      cause: error,
    });
  if (
    ['ENOENT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(
      code,
    )
  )
    return dockerUnavailable(`no Docker daemon answers at "${place}"`, {
      hint: 'start Docker, or set DOCKER_HOST to where it runs; "docker version" shows whether it answers',
      cause: error,
    });
  return error;
}

function tooOld(response: IncomingMessage | undefined, place: string): Error | null {
  const version = response?.headers?.['api-version'];
  if (typeof version !== 'string' || compareVersions(version, oldestApi) >= 0) return null;
  response?.resume();
  return dockerTooOld(`the Docker daemon at "${place}" is too old: its API is ${version}`, {
    hint: `${oldestApi} is needed, which came with Docker 19.03: update Docker`,
  });
}

function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}
