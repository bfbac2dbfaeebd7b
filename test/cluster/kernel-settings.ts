import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from '../../src/tracking/process-identity.ts';
import { type ClusterState, listClusterStates } from './cluster-state.ts';

/** What a kubelet sets for the whole machine when it starts. */
const changed = [
  'vm/overcommit_memory',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

const fileOf = (setting: string): string => path.join('/proc/sys', setting);

/** The settings as they were before any cluster of this machine's user was started. */
export function readKernelSettings(): Record<string, string> {
  const other = listClusterStates().find(isRunning);
  if (other) return { ...other.kernelSettings };
  const present = changed.filter((setting) => existsSync(fileOf(setting)));
  return Object.fromEntries(
    present.map((setting) => [setting, readFileSync(fileOf(setting), 'utf8').trim()]),
  );
}

/** Puts the settings back, unless another cluster still runs on them. */
export function restoreKernelSettings(state: ClusterState): void {
  if (listClusterStates().some((other) => other.name !== state.name && isRunning(other))) return;
  for (const [setting, value] of Object.entries(state.kernelSettings))
    if (readFileSync(fileOf(setting), 'utf8').trim() !== value) writeFileSync(fileOf(setting), value);
}

function isRunning({ holder }: ClusterState): boolean {
  return holder !== undefined && isAlive(holder) === true;
}
