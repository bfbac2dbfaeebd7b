import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../../src/tracking/journal-event.ts';
import { identify, isAlive } from '../../src/tracking/process-identity.ts';
import { withClusterLock } from './cluster-lock.ts';
import { type ClusterState, readClusterState } from './cluster-state.ts';
import { renderNodeImage } from './images/node-image.ts';
import { pushSimpleImage } from './images/provide-image.ts';
import { kubectl } from './kubectl.ts';
import { clusterFolders } from './layout.ts';
import { stopCluster } from './stop-cluster.ts';
import { up } from './up.ts';

/** The cluster that the suites of a test run share. */
export interface TestCluster {
  readonly kubeconfig: string;
  /** `host:port[/folder]` that this machine pushes to and the nodes pull from. */
  readonly registry: string;
  /** What is known about the cluster that was started here; absent for a cluster of one's own. */
  readonly local?: ClusterState;
  /** Runs kubectl and gives what it prints. */
  kubectl(args: readonly string[], input?: string): string;
  /** A new namespace with the pod security that Slipway's pods must pass. Its default service account is there. */
  createNamespace(options?: { readonly podSecurity?: 'restricted' | 'privileged' }): string;
  deleteNamespace(name: string): void;
  /** An image of Node, by digest; its entrypoint is `node`. */
  nodeImage(): Promise<string>;
}

export const sharedName = 'tests';

/**
 * The shared cluster, started by the first suite that asks and stopped at the end of the test run. With
 * `SLIPWAY_TEST_KUBECONFIG` (and `SLIPWAY_TEST_REGISTRY`) it is a cluster of one's own.
 */
export async function testCluster({ argo = false }: { argo?: boolean } = {}): Promise<TestCluster> {
  const kubeconfig = process.env.SLIPWAY_TEST_KUBECONFIG;
  if (kubeconfig !== undefined)
    return describeCluster(kubeconfig, process.env.SLIPWAY_TEST_REGISTRY ?? 'localhost:5000');
  const started = await up({ name: sharedName, forTests: true, argo });
  joinUsers();
  return localCluster(started);
}

/** What tests do with a cluster that was started here. */
export function localCluster(state: ClusterState): TestCluster {
  const { kubeconfig } = clusterFolders(state.name);
  return { ...describeCluster(kubeconfig, `127.0.0.1:${state.registryPort}`), local: state };
}

/** Called at the end of a test run: the last run that used the shared cluster stops it. */
export async function leaveTestCluster(): Promise<void> {
  if (!readClusterState(sharedName)) return;
  await withClusterLock(sharedName, async () => {
    rmSync(path.join(usersFolder(), String(process.pid)), { force: true });
    if (readClusterState(sharedName)?.forTests && liveUsers().length === 0) await stopCluster(sharedName);
  });
}

const usersFolder = (): string => path.join(clusterFolders(sharedName).root, 'users');

/** Test runs are counted by the process of the runner, which its workers know by this variable. */
function joinUsers(): void {
  const runner = Number(process.env.SLIPWAY_TEST_RUN ?? process.pid);
  mkdirSync(usersFolder(), { recursive: true });
  writeFileSync(path.join(usersFolder(), String(runner)), JSON.stringify(identify(runner)));
}

function liveUsers(): ProcessIdentity[] {
  const files = readdirSync(usersFolder()).map((name) => path.join(usersFolder(), name));
  return files
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity)
    .filter((user) => isAlive(user));
}

function describeCluster(kubeconfig: string, registry: string): TestCluster {
  const run = (args: readonly string[], input?: string): string => kubectl(kubeconfig, args, input);
  let image: Promise<string> | undefined;
  return {
    kubeconfig,
    registry,
    kubectl: run,
    createNamespace({ podSecurity = 'restricted' } = {}) {
      const name = `slipway-test-${randomBytes(4).toString('hex')}`;
      const labels = { 'pod-security.kubernetes.io/enforce': podSecurity };
      run(
        ['create', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
      );
      run(['wait', '--for=create', 'serviceaccount/default', '--namespace', name, '--timeout=150s']);
      return name;
    },
    deleteNamespace: (name) => void run(['delete', 'namespace', name, '--ignore-not-found', '--wait=false']),
    nodeImage: () => {
      image ??= renderNodeImage()
        .then((rendered) => pushSimpleImage(rendered, `${registry}/slipway-test/node`))
        .catch((error: unknown) => {
          // whoever asks again gets a try of its own
          image = undefined;
          throw error;
        });
      return image;
    },
  };
}
