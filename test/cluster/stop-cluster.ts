import { rmSync } from 'node:fs';
import { isAlive } from '../../src/tracking/process-identity.ts';
import { removeCgroups } from './cgroups.ts';
import { readClusterState } from './cluster-state.ts';
import { killComponent } from './component.ts';
import { restoreKernelSettings } from './kernel-settings.ts';
import { clusterFolders } from './layout.ts';
import { closeNamespaces } from './namespaces.ts';

/** Ends a cluster and removes all that it left: processes, mounts, network, control groups, files. Gives whether there was one. */
export async function stopCluster(name: string): Promise<boolean> {
  const state = readClusterState(name);
  const { root } = clusterFolders(name);
  if (state) {
    if (state.holder) await closeNamespaces(state.holder, state.link);
    for (const component of Object.values(state.components))
      if (isAlive(component)) await killComponent(component);
    restoreKernelSettings(state);
  }
  await removeCgroups(name);
  rmSync(root, { recursive: true, force: true });
  return state !== undefined;
}
