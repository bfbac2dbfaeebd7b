import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';

/** What becomes of a request: its answer is held for good, it never gets to the API server, or is refused before. */
export type Fault = 'hold-answer' | 'swallow' | 'refuse';

export interface HoldingProxy {
  /** Kubeconfig that leads through it. */
  readonly kubeconfig: string;
  /**
   * Lets the next such request meet a fault. Resolves once it has: with `hold-answer` when the API server has answered.
   * @param what method and last part of the path: `POST workflows`
   */
  fault(what: string, fault: Fault): Promise<void>;
  close(): Promise<void>;
}

interface Awaited {
  readonly what: string;
  readonly fault: Fault;
  readonly met: () => void;
}

/** An API server in front of the real one, which can stop at any request of a submitter. */
export async function startHoldingProxy(kubeconfig: string, file: string): Promise<HoldingProxy> {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: [{ cluster: Record<string, string> }];
  };
  const [{ cluster }] = config.clusters;
  const { server: target = '', 'certificate-authority-data': authority = '' } = cluster;
  const ca = Buffer.from(authority, 'base64').toString();
  const agent = new Agent({ ca, keepAlive: true });
  const awaited: Awaited[] = [];
  const take = ({ method, url }: IncomingMessage): Awaited | undefined => {
    const kind = new URL(url ?? '', target).pathname.split('/').at(-1);
    const at = awaited.findIndex(({ what }) => what === `${method} ${kind}`);
    return at < 0 ? undefined : awaited.splice(at, 1)[0];
  };
  const pass = (from: IncomingMessage, to: ServerResponse, found: Awaited | undefined): void => {
    const { method = 'GET', headers } = from;
    const upstream = request(new URL(from.url ?? '', target), { method, agent, headers }, (answer) => {
      if (found === undefined) {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
        return;
      }
      answer.resume().on('end', found.met);
    });
    upstream.on('error', () => to.destroy());
    to.on('close', () => upstream.destroy());
    from.pipe(upstream);
  };
  const server = createServer((from, to) => {
    const found = take(from);
    if (found === undefined || found.fault === 'hold-answer') return pass(from, to, found);
    from.resume().on('end', () => {
      if (found.fault === 'refuse')
        to.writeHead(403).end(JSON.stringify({ kind: 'Status', message: 'refused by the test' }));
      found.met();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  cluster.server = `http://127.0.0.1:${port}`;
  delete cluster['certificate-authority-data'];
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return {
    kubeconfig: file,
    fault: (what, fault) => {
      // what a test has left that failed before it met its fault is not for the next one
      awaited.length = 0;
      return new Promise((met) => awaited.push({ what, fault, met }));
    },
    async close() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
