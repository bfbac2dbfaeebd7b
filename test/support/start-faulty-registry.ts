import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';

/** Decides about one request: true when it has answered (or cut the connection), false to let the real registry do it. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface FaultyRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** The requests so far, `METHOD path`. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/** Stands before a real registry (or none) and does what a real one will not do on demand. */
export async function startFaultyRegistry(fault: Fault, real?: string): Promise<FaultyRegistry> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (await fault(request, response)) return;
    const headers = { ...request.headers, host: real ?? '' };
    const onward = send(
      `http://${real}${request.url}`,
      { method: request.method ?? 'GET', headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    host: `127.0.0.1:${port}`,
    requests,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

export interface CuttingLine {
  readonly host: string;
  /** Bytes that clients have sent so far. */
  sent(): number;
  readonly cuts: number;
  stop(): Promise<void>;
}

/** A line to a real registry that is cut, once, after so many bytes from the client or to it. */
export async function startCuttingLine(
  real: string,
  cut: { readonly afterSent?: number; readonly afterReceived?: number },
): Promise<CuttingLine> {
  const [host = '', port = ''] = real.split(':');
  let sent = 0;
  let received = 0;
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createTcpServer((client) => {
    const registry = connect(Number(port), host);
    for (const socket of [client, registry]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        registry.destroy();
      });
    }
    const pass = (to: Socket, over: () => boolean) => (chunk: Buffer) => {
      to.write(chunk);
      if (cuts > 0 || !over()) return;
      cuts++;
      client.resetAndDestroy();
      registry.resetAndDestroy();
    };
    client.on('data', (chunk) => {
      sent += chunk.length;
      pass(registry, () => sent > (cut.afterSent ?? Number.POSITIVE_INFINITY))(chunk);
    });
    registry.on('data', (chunk) => {
      received += chunk.length;
      pass(client, () => received > (cut.afterReceived ?? Number.POSITIVE_INFINITY))(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    host: `127.0.0.1:${address.port}`,
    sent: () => sent,
    get cuts() {
      return cuts;
    },
    stop: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
