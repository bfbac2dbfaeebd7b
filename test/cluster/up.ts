import path from 'node:path';
import { isAlive } from '../../src/tracking/process-identity.ts';
import { startArgo } from './argo.ts';
import { buildPrograms } from './build-programs.ts';
import { ClusterError } from './cluster-error.ts';
import { withClusterLock } from './cluster-lock.ts';
import { type ClusterState, readClusterState } from './cluster-state.ts';
import { missingPackages } from './debian-programs.ts';
import { stateRoot } from './layout.ts';
import { type StartOptions, startCluster } from './start-cluster.ts';
import { stopCluster } from './stop-cluster.ts';

export interface UpOptions extends StartOptions {
  /** With Argo Workflows. @default false */
  readonly argo?: boolean;
}

/** Brings a cluster up unless it runs already; what an earlier start left broken is removed first. */
export async function up({ argo = false, ...options }: UpOptions): Promise<ClusterState> {
  refuseUnfit();
  buildPrograms({ argo });
  return withClusterLock(options.name, async () => {
    const running = readClusterState(options.name);
    const healthy = running?.ready === true && deadParts(running).length === 0;
    if (!healthy) await stopCluster(options.name);
    try {
      const state = healthy ? running : await startCluster(options);
      return argo ? await startArgo(state) : state;
    } catch (error) {
      await keepOnlyLogs(options.name);
      throw error;
    }
  });
}

/** Ends a cluster, wherever it got to. Gives whether there was one. */
export function down(name: string): Promise<boolean> {
  return withClusterLock(name, () => stopCluster(name));
}

/** Names of the components that are not running though they were started. */
export function deadParts({ holder, components }: ClusterState): string[] {
  const parts = { ...components, ...(holder ? { namespaces: holder } : {}) };
  const dead = Object.entries(parts).filter(([, process]) => isAlive(process) !== true);
  return [...(holder ? [] : ['namespaces']), ...dead.map(([name]) => name)];
}

function refuseUnfit(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new ClusterError(
      'a test cluster needs root on Linux',
      'set SLIPWAY_TEST_KUBECONFIG to use a cluster of your own',
    );
  const packages = [...new Set(Object.values(missingPackages()))];
  if (packages.length > 0)
    throw new ClusterError(
      `programs are missing: ${Object.keys(missingPackages()).join(', ')}`,
      `apt-get install ${packages.join(' ')}`,
    );
  const covered = ['/run', '/var/lib', '/var/log'].find((folder) =>
    path.resolve(stateRoot).startsWith(`${folder}/`),
  );
  if (covered)
    throw new ClusterError(
      `the state folder "${stateRoot}" lies in ${covered}, which the cluster covers with its own`,
      'set SLIPWAY_CLUSTER_STATE to a folder elsewhere',
    );
}

/** A failed start ends its processes; the error has shown the end of the log that tells why. */
async function keepOnlyLogs(name: string): Promise<void> {
  if (process.env.SLIPWAY_CLUSTER_KEEP === undefined) await stopCluster(name);
}
