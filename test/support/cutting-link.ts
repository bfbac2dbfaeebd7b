import { connect, createServer, type Socket } from 'node:net';

/** A TCP connection between two parties that can be cut, and refused for a while. */
export interface CuttingLink {
  readonly port: number;
  /** Breaks every connection there is. */
  cut(): void;
  /** From now on connections are refused, or taken again. */
  refuse(on: boolean): void;
  close(): Promise<void>;
}

/** Listens on an address and leads to another one of this machine. @param onRefused called for each connection that is refused */
export async function startCuttingLink(
  host: string,
  target: URL,
  onRefused: () => void = () => undefined,
): Promise<CuttingLink> {
  const sockets = new Set<Socket>();
  let refusing = false;
  const server = createServer((client) => {
    if (refusing) {
      client.resetAndDestroy();
      onRefused();
      return;
    }
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
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut,
    refuse(on) {
      refusing = on;
      if (on) cut();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
