import { existsSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https, { type RequestOptions as HttpsOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { kubeconfigInvalid } from '../errors.ts';
import { type ApiClient, createApiClient, type Transport } from './api-client.ts';

export interface ClusterTarget {
  /** File. @default KUBECONFIG, else ~/.kube/config, else the pod's own service account */
  readonly kubeconfig?: string;
  /** @default the current context */
  readonly context?: string;
  /** @default the context's */
  readonly namespace?: string;
  /** Address of the API server that it must be, for what is there already; of contexts that lead there the first counts. */
  readonly server?: string;
}

/**
 * Connects to a cluster as kubectl would: kubeconfig with its contexts and login plug-ins, or the credentials of the pod that this
 * process is in. Nothing is sent yet.
 * @throws KUBECONFIG_INVALID
 */
export async function connectCluster(target: ClusterTarget = {}): Promise<ApiClient> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  load(config, target);
  selectContext(config, target);
  if (target.server !== undefined) selectServer(config, target.server, target);
  const cluster = config.getCurrentCluster();
  if (!cluster)
    throw kubeconfigInvalid(`the context "${config.getCurrentContext()}" names no cluster`, {
      hint: '`kubectl config get-contexts` shows contexts and their clusters',
    });
  // the library takes plain HTTP (`kubectl proxy`, a sidecar) only so; there is no TLS to verify
  if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  const context = config.getContextObject(config.getCurrentContext());
  const namespace = target.namespace ?? context?.namespace ?? 'default';
  return createApiClient({ server: cluster.server, namespace }, createTransport(config, cluster.server));
}

function load(config: KubeConfig, { kubeconfig }: ClusterTarget): void {
  if (kubeconfig !== undefined && !existsSync(kubeconfig))
    throw kubeconfigInvalid(`kubeconfig "${kubeconfig}" does not exist`, {
      hint: 'check the path, or leave it out to use the usual one',
    });
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw kubeconfigInvalid(
      `kubeconfig ${kubeconfig === undefined ? '' : `"${kubeconfig}" `}cannot be read: ${(error as Error).message}`,
      {
        hint: '`kubectl config view` says whether it is in order',
        cause: error,
      },
    );
  }
}

function selectContext(config: KubeConfig, { context }: ClusterTarget): void {
  const names = config.getContexts().map(({ name }) => name);
  if (context !== undefined && !names.includes(context))
    throw kubeconfigInvalid(`the kubeconfig has no context "${context}"`, {
      hint: names.length === 0 ? 'it has no contexts at all' : `it has: ${names.join(', ')}`,
    });
  if (context !== undefined) config.setCurrentContext(context);
  // what the client makes up where it finds nothing
  if (
    names.length === 1 &&
    names[0] === 'loaded-context' &&
    config.getCurrentCluster()?.server === 'http://localhost:8080'
  )
    throw kubeconfigInvalid('there is no kubeconfig', {
      hint: 'set KUBECONFIG, or create ~/.kube/config (`kubectl config`)',
    });
}

/** The current context is as good as any that leads to the same cluster. */
function selectServer(config: KubeConfig, server: string, { context }: ClusterTarget): void {
  if (config.getCurrentCluster()?.server === server) return;
  const found = config
    .getContexts()
    .find(({ cluster, name }) => (context ?? name) === name && config.getCluster(cluster)?.server === server);
  if (found === undefined)
    throw kubeconfigInvalid(`the kubeconfig has no context that leads to the cluster at "${server}"`, {
      hint: 'set KUBECONFIG to the file with which the run was started',
    });
  config.setCurrentContext(found.name);
}

/** Credentials are asked for again with every request: tokens of login plug-ins expire. */
function createTransport(config: KubeConfig, server: string): Transport {
  const base = new URL(server);
  const agents = new AgentCache();
  return async ({ method, path, headers, body }, signal) => {
    const options: HttpsOptions = { headers: { ...headers } };
    await config.applyToHTTPSOptions(options);
    const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base);
    const agent = agents.agentFor(options);
    const send = (): Promise<IncomingMessage> => exchange(url, { ...options, agent, method, signal }, body);
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return send();
    }
  };
}

/** A kept connection was closed by the other side just when it was used again: nothing was sent through it. */
class StaleConnection extends Error {}

function exchange(url: URL, options: HttpsOptions, body: string | undefined): Promise<IncomingMessage> {
  const library = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const request = library.request(url, options, (response) => {
      // a half-open connection shows itself only by probes
      response.socket.setKeepAlive(true, 15_000);
      resolve(response);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    request.end(body);
  });
}

/** Keeps connections for the next request: the handshake costs more than most requests. */
class AgentCache {
  #agent: https.Agent | undefined;
  #credentials = '';

  /** An agent for these credentials; proxies keep the one that the client library made for them. */
  agentFor({
    agent,
    ca,
    cert,
    key,
    pfx,
    passphrase,
    rejectUnauthorized,
    servername,
  }: HttpsOptions): HttpsOptions['agent'] {
    const given = agent as https.Agent | undefined;
    if (given?.constructor !== https.Agent) return given;
    const known = given.options as HttpsOptions;
    const options = {
      ca,
      cert,
      key,
      pfx,
      passphrase,
      rejectUnauthorized,
      servername: servername ?? known.servername,
    };
    const credentials = JSON.stringify(options);
    if (!this.#agent || credentials !== this.#credentials) {
      const present = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
      this.#agent = new https.Agent({ ...Object.fromEntries(present), keepAlive: true });
      this.#credentials = credentials;
    }
    return this.#agent;
  }
}
