import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { proxyAuthorization } from './proxy.ts';

/** HTTPS through a proxy: asks it for a tunnel (CONNECT) and speaks TLS with the registry inside. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    // Node's own type leaves out that a failure comes without a stream
    const created = callback as ((error: Error | null, stream?: Duplex) => void) | undefined;
    const target = `${options.host}:${options.port ?? 443}`;
    const connect = (this.#proxy.protocol === 'https:' ? https : http).request(this.#proxy, {
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyAuthorization(this.#proxy) },
      agent: false,
    });
    connect.once('error', (error) => created?.(error));
    connect.once('connect', (response, socket) => {
      if (response.statusCode === 200) {
        const inside = { ...options, socket } as https.RequestOptions;
        created?.(null, super.createConnection(inside) ?? undefined);
        return;
      }
      socket.destroy();
      created?.(new Error(`the proxy "${this.#proxy.host}" answered ${response.statusCode} to CONNECT`));
    });
    connect.end();
    return undefined;
  }
}
