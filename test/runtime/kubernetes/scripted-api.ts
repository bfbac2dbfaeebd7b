import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ApiClient } from '../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An API server that plays one answer a request: for faults that a real one does not show on demand. */
export interface ScriptedApi {
  readonly client: ApiClient;
  /** Paths with their queries, as they were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function startScriptedApi(answers: readonly Answer[]): Promise<ScriptedApi> {
  const asked: string[] = [];
  const left = [...answers];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = left.shift();
    if (answer) answer(request, response);
    else response.writeHead(500).end('the script has no further answer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-api-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(renderKubeconfig(`http://127.0.0.1:${port}`)));
  const client = await connectCluster({ kubeconfig });
  rmSync(folder, { recursive: true });
  return {
    client,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function renderKubeconfig(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'here', cluster: { server } }],
    users: [{ name: 'me', user: { token: 'token' } }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me', namespace: 'team' } }],
  };
}

/** Answers with an object. */
export const json =
  (body: unknown, status = 200): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Answers with lines; the connection stays open, silent, unless it is to end or break. */
export const lines =
  (texts: readonly string[], then: 'stay' | 'end' | 'break' = 'stay'): Answer =>
  (_, response) => {
    response.writeHead(200);
    response.write(texts.map((text) => `${text}\n`).join(''), () => {
      if (then === 'end') response.end();
      if (then === 'break') response.destroy();
    });
  };
