import { dockerConfigInvalid } from '../errors.ts';
import type { Environment } from '../registry-options.ts';
import { askCredentialProgram } from './ask-credential-program.ts';
import { type DockerAuth, type DockerConfig, readDockerConfigs } from './docker-config.ts';

/** How to log in at a registry, and where that is written (for messages; never the secret itself). */
export type Credentials = { readonly source: string } & (
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'identity'; readonly token: string }
  | { readonly kind: 'bearer'; readonly token: string }
);

/**
 * The credentials for a registry, looked for in `SLIPWAY_REGISTRY_USER` and `SLIPWAY_REGISTRY_PASSWORD` (for the registry that
 * `SLIPWAY_REGISTRY` names, no other), then in the Docker configuration: its helpers, its `auths`, its store.
 * @throws DOCKER_CONFIG_INVALID, CREDENTIAL_HELPER_FAILED
 */
export async function findCredentials(registry: string, env: Environment): Promise<Credentials | undefined> {
  const { SLIPWAY_REGISTRY: named, SLIPWAY_REGISTRY_USER: user, SLIPWAY_REGISTRY_PASSWORD: password } = env;
  if (user && password && named !== undefined && serverNames(registry).includes(serverName(named)))
    return { kind: 'password', user, password, source: 'the variable SLIPWAY_REGISTRY_PASSWORD' };
  for (const config of readDockerConfigs(env)) {
    const found = await lookUp(registry, config, env);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function lookUp(
  registry: string,
  config: DockerConfig,
  env: Environment,
): Promise<Credentials | undefined> {
  const names = serverNames(registry);
  const entryOf = <V>(record: Readonly<Record<string, V>>): V | undefined =>
    Object.entries(record).find(([key]) => names.includes(serverName(key)))?.[1];
  const helper = entryOf(config.credHelpers);
  if (helper !== undefined) return fromHelper(helper, registry, env);
  const found = fromEntry(entryOf(config.auths), config, registry);
  if (found !== undefined || config.credsStore === undefined) return found;
  return fromHelper(config.credsStore, registry, env);
}

async function fromHelper(
  helper: string,
  registry: string,
  env: Environment,
): Promise<Credentials | undefined> {
  const server = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
  const answer = await askCredentialProgram(helper, server, env);
  if (answer === undefined) return undefined;
  const source = `the credential helper "docker-credential-${helper}"`;
  return answer.Username === '<token>'
    ? { kind: 'identity', token: answer.Secret, source }
    : { kind: 'password', user: answer.Username, password: answer.Secret, source };
}

function fromEntry(
  entry: DockerAuth | undefined,
  { source }: DockerConfig,
  registry: string,
): Credentials | undefined {
  if (entry === undefined) return undefined;
  if (entry.registrytoken) return { kind: 'bearer', token: entry.registrytoken, source };
  if (entry.identitytoken) return { kind: 'identity', token: entry.identitytoken, source };
  if (entry.username && entry.password)
    return { kind: 'password', user: entry.username, password: entry.password, source };
  if (!entry.auth) return undefined;
  const pair = Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = pair.indexOf(':');
  if (colon > 0)
    return { kind: 'password', user: pair.slice(0, colon), password: pair.slice(colon + 1), source };
  throw dockerConfigInvalid(`the entry "${registry}" in ${source} has no readable "auth"`, {
    hint: `it must be the base64 of user:password; "docker login ${registry}" writes it`,
  });
}

/** `https://host/v2/` and `host` are one registry. */
function serverName(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
}

function serverNames(registry: string): readonly string[] {
  return registry === 'docker.io'
    ? ['index.docker.io', 'docker.io', 'registry-1.docker.io']
    : [registry.toLowerCase()];
}
