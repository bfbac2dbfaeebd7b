import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Environment } from '../registry/registry-options.ts';
import { dockerHostInvalid } from './errors.ts';

/**
 * Where the user's Docker daemon is: `DOCKER_HOST`, else the endpoint of the Docker context in use (as Docker Desktop, colima and
 * rootless daemons set it); undefined for the usual socket.
 * @throws DOCKER_HOST_INVALID
 */
export function findDockerHost(env: Environment): string | undefined {
  if (env.DOCKER_HOST) return env.DOCKER_HOST;
  const folder = env.DOCKER_CONFIG || path.join(env.HOME || homedir(), '.docker');
  const context = env.DOCKER_CONTEXT || currentContext(path.join(folder, 'config.json'));
  if (context === undefined || context === '' || context === 'default') return undefined;
  const id = createHash('sha256').update(context).digest('hex');
  const meta = readJson(path.join(folder, 'contexts', 'meta', id, 'meta.json')) as
    | { Endpoints?: { docker?: { Host?: unknown } } }
    | undefined;
  const host = meta?.Endpoints?.docker?.Host;
  if (typeof host === 'string' && host !== '') return host;
  throw dockerHostInvalid(`the Docker context "${context}" does not exist or names no daemon`, {
    hint: 'choose another with "docker context use", or set DOCKER_HOST',
  });
}

function currentContext(file: string): string | undefined {
  const { currentContext: name } = (readJson(file) ?? {}) as { currentContext?: unknown };
  return typeof name === 'string' ? name : undefined;
}

function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) ?? undefined;
  } catch {
    // the context is not what fails then: docker itself ignores such a file too
    return undefined;
  }
}
