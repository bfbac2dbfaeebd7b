import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildImage } from '../../src/functions/image/build-image.ts';
import { openBlobStore } from '../../src/functions/image/oci/blob-store.ts';
import { pushImage } from '../../src/functions/image/registry/push-image.ts';
import { packageFunction } from '../../src/functions/package-function.ts';
import { connectCluster } from '../../src/runtime/kubernetes/api/connect-cluster.ts';
import { createKubernetesRuntime } from '../../src/runtime/kubernetes/kubernetes-runtime.ts';
import type { KubernetesOptions } from '../../src/runtime/kubernetes/manifest/kubernetes-options.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import type { OpenRoute } from '../../src/runtime/tracking-route.ts';
import { startServer } from '../../src/server/start-server.ts';
import type { TestCluster } from '../cluster/test-cluster.ts';
import { until } from '../contract/runtime-fixture.ts';

/** Builds an image whose function exports handlers of a module, and pushes it where the cluster finds it. Gives its reference by digest. */
export async function pushHandlers(cluster: TestCluster, module: string): Promise<string> {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-handlers-'));
  const cacheDirectory = path.join(root, '.slipway/cache');
  try {
    mkdirSync(cacheDirectory, { recursive: true });
    writeFileSync(path.join(root, 'handlers.mjs'), readFileSync(module));
    const handlers = Object.keys((await import(module)) as Record<string, unknown>);
    const packaged = await packageFunction({
      source: 'handlers.mjs',
      handlers,
      name: 'contract',
      root,
      cacheDirectory,
    });
    const built = await buildImage({ packaged, root, cacheDirectory, recipe: {}, secrets: [], env: {} });
    const blobs = openBlobStore(cacheDirectory);
    const { reference } = await pushImage(built, `${cluster.registry}/slipway-test/contract`, { blobs });
    return reference;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What pods are given to reach a store of this machine: a server over it, on the address by which they know this machine. */
export function routeToServer(cluster: TestCluster, port = 0): OpenRoute {
  return async ({ storeDirectory, project }) => {
    const token = 'token-of-the-tests-of-pods';
    const server = await startServer({
      directory: storeDirectory,
      tokens: [{ token, access: 'write', project }],
      host: cluster.local?.hostAddress ?? '0.0.0.0',
      port,
      version: 'test',
    });
    return { url: server.url, token, close: () => server.close() };
  };
}

export interface ClusterRuntimeOptions {
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly options?: KubernetesOptions;
  readonly openRoute?: OpenRoute;
  /** Of the trials of sweeps. */
  readonly isolation?: 'fresh' | 'pool';
  readonly onProgress?: (line: string) => void;
}

/** The runtime on the cluster of the tests; its pods ask for little. */
export function clusterRuntime({
  cluster,
  namespace,
  options = {},
  ...rest
}: ClusterRuntimeOptions): Runtime {
  return createKubernetesRuntime({
    connect: () => connectCluster({ kubeconfig: cluster.kubeconfig, namespace }),
    openRoute: routeToServer(cluster),
    options: { requests: { cpu: '10m' }, ...options },
    ...rest,
  });
}

/** The module of the contract's handlers. */
export const contractHandlers: string = path.resolve(import.meta.dirname, '../contract/runtime-handlers.mjs');

/** The module of handlers for what happens to pods. */
export const podHandlers: string = path.resolve(
  import.meta.dirname,
  '../runtime/kubernetes/pod-handlers.mjs',
);

const killScript = `const fs = require('fs');
for (const pid of fs.readdirSync('/proc').filter(Number)) {
  if (pid === '1' || Number(pid) === process.pid) continue;
  if (fs.readFileSync('/proc/' + pid + '/cmdline', 'latin1').includes('agent.mjs')) process.kill(Number(pid), 'SIGKILL');
}`;

/** Kills the agent in the pod of a run, and with it the pod, without a word. */
export async function killAgent(cluster: TestCluster, namespace: string, uid: string): Promise<void> {
  const selector = [
    '--selector',
    `slipway.run=${uid}`,
    '--field-selector',
    'status.phase=Running',
    '-o',
    'name',
  ];
  let pod = '';
  // its run has begun, but the cluster may say so later
  await until('the pod of the run is seen running', () => {
    [pod = ''] = cluster.kubectl(['--namespace', namespace, 'get', 'pods', ...selector]).split('\n');
    return pod !== '';
  });
  try {
    cluster.kubectl(['--namespace', namespace, 'exec', pod, '--', 'node', '-e', killScript]);
  } catch (error) {
    // the container ends with its agent, and may take the program that killed it along
    if (!(error as Error).message.includes('exit code 137')) throw error;
  }
}
