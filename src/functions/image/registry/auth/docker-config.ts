import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { dockerConfigInvalid } from '../errors.ts';
import type { Environment } from '../registry-options.ts';

/** One registry's entry under `auths`. */
export interface DockerAuth {
  /** base64 of `user:password` */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** What of Docker's config.json is about credentials. */
export interface DockerConfig {
  /** Where it was read, for messages. */
  readonly source: string;
  readonly auths: Readonly<Record<string, DockerAuth>>;
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/**
 * The configurations that say how to log in, most important first: `DOCKER_AUTH_CONFIG` (the JSON itself), then config.json in
 * `DOCKER_CONFIG` or `~/.docker`.
 * @throws DOCKER_CONFIG_INVALID
 */
export function readDockerConfigs(env: Environment): readonly DockerConfig[] {
  const inline = env.DOCKER_AUTH_CONFIG;
  const file = path.join(env.DOCKER_CONFIG || path.join(env.HOME || homedir(), '.docker'), 'config.json');
  return [
    ...(inline ? [parseDockerConfig(inline, 'the variable DOCKER_AUTH_CONFIG')] : []),
    ...(existsSync(file) ? [parseDockerConfig(readText(file), `"${file}"`)] : []),
  ];
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw dockerConfigInvalid(`"${file}" cannot be read`, { hint: 'check its permissions', cause });
  }
}

/** @throws DOCKER_CONFIG_INVALID without any of the text, which holds credentials */
export function parseDockerConfig(text: string, source: string): DockerConfig {
  const invalid = (): Error =>
    dockerConfigInvalid(`${source} is no Docker configuration`, {
      hint: 'it must be a JSON object such as {"auths": {"registry.example.com": {"auth": "…"}}}',
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid();
  const { auths, credHelpers, credsStore } = value as Record<string, unknown>;
  if (!isRecord(auths ?? {}) || !isRecord(credHelpers ?? {})) throw invalid();
  return {
    source,
    auths: (auths ?? {}) as Readonly<Record<string, DockerAuth>>,
    credHelpers: (credHelpers ?? {}) as Readonly<Record<string, string>>,
    ...(typeof credsStore === 'string' && credsStore !== '' ? { credsStore } : {}),
  };
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
