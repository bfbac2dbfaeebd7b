import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

/** A connection to a cluster that can be cut, as networks and load balancers do. */
export interface CuttingProxy {
  /** Kubeconfig that leads through it. */
  readonly kubeconfig: string;
  /** Connections that were made so far. */
  readonly connections: () => number;
  /** Breaks every connection there is. */
  cut(): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(kubeconfig: string, file: string): Promise<CuttingProxy> {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: [{ cluster: Record<string, string> }];
  };
  const [{ cluster }] = config.clusters;
  const target = new URL(cluster.server ?? '');
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  cluster.server = `https://127.0.0.1:${port}`;
  cluster['tls-server-name'] = 'kubernetes';
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig: file,
    connections: () => connections,
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
