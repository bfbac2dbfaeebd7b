import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../../src/tracking/journal-event.ts';
import { clusterFolders, stateRoot } from './layout.ts';

/** What is known about a cluster that was started; written as it comes up, so that a crash leaves nothing unrecorded. */
export interface ClusterState {
  readonly name: string;
  /** Process 1 of the cluster's namespaces: when it ends, every process, mount and network interface of the cluster goes too. */
  readonly holder?: ProcessIdentity;
  /** Host side of the link between host and cluster; empty until it is made, like those that follow. */
  readonly hostAddress: string;
  readonly nodeAddress: string;
  readonly link: string;
  readonly registryPort: number;
  readonly components: Readonly<Record<string, ProcessIdentity>>;
  /** Kernel settings as they were before the kubelet changed them. */
  readonly kernelSettings: Readonly<Record<string, string>>;
  readonly argo: boolean;
  /** Whether the start came to its end. */
  readonly ready: boolean;
  /** Started by a test run: the last one that uses it stops it. What a person started stays. */
  readonly forTests: boolean;
}

export function readClusterState(name: string): ClusterState | undefined {
  const { state } = clusterFolders(name);
  return existsSync(state) ? (JSON.parse(readFileSync(state, 'utf8')) as ClusterState) : undefined;
}

export function writeClusterState(state: ClusterState): void {
  const { root, state: file } = clusterFolders(state.name);
  mkdirSync(root, { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
  renameSync(`${file}.new`, file);
}

/** Every cluster that this user's state folder knows of. */
export function listClusterStates(): ClusterState[] {
  if (!existsSync(stateRoot)) return [];
  return readdirSync(stateRoot)
    .filter((name) => existsSync(path.join(stateRoot, name, 'state.json')))
    .flatMap((name) => readClusterState(name) ?? []);
}
