import http from 'node:http';
import https from 'node:https';
import type { RegistryOptions } from '../registry-options.ts';
import type { Connection } from './exchange.ts';
import { proxyAuthorization, proxyFor } from './proxy.ts';
import { trustedCertificates } from './trusted-certificates.ts';
import { TunnelAgent } from './tunnel-agent.ts';

/** Gives each URL its kept connections. */
export type Connections = (url: URL) => Promise<Connection>;

/** Connections of one set of options; one agent a way (direct, each proxy), so that sockets are reused. */
export function openConnections(options: RegistryOptions): Connections {
  const env = options.env ?? process.env;
  const idleTimeout = options.idleTimeout ?? 60_000;
  const agents = new Map<string, http.Agent>();
  const kept = <A extends http.Agent>(key: string, create: () => A): A => {
    const agent = agents.get(key) ?? create();
    agents.set(key, agent);
    return agent as A;
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
