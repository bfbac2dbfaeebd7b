import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import type { Environment } from '../registry/registry-options.ts';
import { dockerHostInvalid } from './errors.ts';

/**
 * How dockerode is told of an address, by the rules of docker's own command line: TLS with `DOCKER_TLS_VERIFY` or on port 2376, with
 * the certificates in `DOCKER_CERT_PATH`. (dockerode itself would read the address from this process's environment alone.)
 * @throws DOCKER_HOST_INVALID
 */
export function dockerAddress(host: string, env: Environment): Docker.DockerOptions {
  const address = host.includes('://') ? host : `tcp://${host}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  switch (url?.protocol) {
    case 'unix:':
      return { socketPath: decodeURIComponent(url.pathname) };
    case 'npipe:':
      return { socketPath: address.slice('npipe://'.length) };
    case 'ssh:':
      return {
        protocol: 'ssh',
        host: url.hostname,
        port: url.port || 22,
        username: url.username,
        sshOptions: env.SSH_AUTH_SOCK === undefined ? {} : { agent: env.SSH_AUTH_SOCK },
      };
    case 'tcp:':
    case 'http:':
    case 'https:':
      return isSecure(url, env)
        ? { protocol: 'https', host: url.hostname, port: url.port || 2376, ...certificates(env) }
        : { protocol: 'http', host: url.hostname, port: url.port || 2375 };
    default:
      throw dockerHostInvalid(`"${host}" is no address of a Docker daemon`, {
        hint: 'set DOCKER_HOST to unix:///path/docker.sock, tcp://host:2376 or ssh://user@host',
      });
  }
}

function isSecure(url: URL, env: Environment): boolean {
  return url.protocol === 'https:' || url.port === '2376' || Boolean(env.DOCKER_TLS_VERIFY);
}

function certificates(env: Environment): Docker.DockerOptions {
  const folder = env.DOCKER_CERT_PATH || path.join(env.HOME || homedir(), '.docker');
  const found = (['ca', 'cert', 'key'] as const).flatMap((name) => {
    const file = path.join(folder, `${name}.pem`);
    return existsSync(file) ? [[name, readFileSync(file)]] : [];
  });
  return Object.fromEntries(found) as Docker.DockerOptions;
}
