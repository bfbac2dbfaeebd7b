import { statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { RegistryOptions } from '../registry-options.ts';
import type { Connection } from './exchange.ts';
import { proxyAuthorization, proxyFor } from './proxy.ts';
import { trustedCertificates } from './trusted-certificates.ts';
import { TunnelAgent } from './tunnel-agent.ts';

/** Gives each URL its kept connections. */
export type Connections = (url: URL) => Promise<Connection>;

const shared = new Map<string, Connections>();

/** Connections for these options; one process keeps them from one push to the next. */
export function openConnections(options: RegistryOptions): Connections {
  const { caFile, insecure, idleTimeout, env = process.env } = options;
  const trusted = [caFile, env.SSL_CERT_FILE].map((file) => [file, changedAt(file)]);
  const proxies = Object.entries(env).filter(([name]) => /^(https?|all|no)_proxy$/i.test(name));
  const key = JSON.stringify([trusted, insecure, idleTimeout, proxies]);
  const connections = shared.get(key) ?? createConnections(options);
  shared.set(key, connections);
  return connections;
}

function changedAt(file: string | undefined): number {
  return (file && statSync(file, { throwIfNoEntry: false })?.mtimeMs) || 0;
}

/** One agent a way (direct, each proxy), so that sockets are used again. */
function createConnections(options: RegistryOptions): Connections {
  const env = options.env ?? process.env;
  const idleTimeout = options.idleTimeout ?? 60_000;
  const agents = new Map<string, http.Agent>();
  const kept = (key: string, create: () => http.Agent): http.Agent => {
    const agent = agents.get(key) ?? create();
    agents.set(key, agent);
    return agent;
  };
  let secure: Promise<https.AgentOptions> | undefined;
  return async (url) => {
    const proxy = proxyFor(url, env);
    if (url.protocol === 'http:') {
      const agent = kept('http', () => new http.Agent({ keepAlive: true }));
      const forward = proxy && { proxy, headers: proxyAuthorization(proxy) };
      return { agent, forward, idleTimeout };
    }
    secure ??= secureOptions(options);
    const agentOptions = await secure;
    const agent = proxy
      ? kept(`tunnel ${proxy.href}`, () => new TunnelAgent(proxy, agentOptions))
      : kept('https', () => new https.Agent(agentOptions));
    return { agent, idleTimeout };
  };
}

async function secureOptions({ caFile, env, insecure }: RegistryOptions): Promise<https.AgentOptions> {
  const ca = await trustedCertificates(caFile, env ?? process.env);
  return {
    keepAlive: true,
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
  };
}
