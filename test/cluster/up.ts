import { existsSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from '../../src/tracking/process-identity.ts';
import { buildPrograms } from './build-programs.ts';
import { ClusterError } from './cluster-error.ts';
import { withClusterLock } from './cluster-lock.ts';
import { type ClusterState, readClusterState } from './cluster-state.ts';
import { debianPrograms, stateRoot } from './layout.ts';
import { type StartOptions, startCluster } from './start-cluster.ts';
import { stopCluster } from './stop-cluster.ts';

/** Brings a cluster up unless it runs already; what an earlier start left broken is removed first. */
export async function up(options: StartOptions): Promise<ClusterState> {
  refuseUnfit();
  buildPrograms();
  return withClusterLock(options.name, async () => {
    const running = readClusterState(options.name);
    if (running && deadParts(running).length === 0 && running.ready) return running;
    await stopCluster(options.name);
    try {
      return await startCluster(options);
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

/** Programs of Debian packages that are not installed, with their packages. */
export function missingPackages(): Record<string, string> {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  const missing = Object.entries(debianPrograms).filter(
    ([program]) => !folders.some((folder) => existsSync(path.resolve(folder, program))),
  );
  return Object.fromEntries(missing);
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
