import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { until } from './until.ts';

/** Control group of a cluster's pods, below the root of every hierarchy. */
export const cgroupOf = (name: string): string => `/slipway-cluster-${name}`;

export function createCgroups(name: string): void {
  for (const folder of cgroupFolders(name)) mkdirSync(folder, { recursive: true });
}

/** Removes a cluster's control groups with all below them; their processes have ended or are just ending. */
export async function removeCgroups(name: string): Promise<void> {
  for (const folder of cgroupFolders(name))
    await until(() => removed(folder), {
      describe: () => `control group ${folder} is still in use`,
      everyMs: 20,
    });
}

export function cgroupFolders(name: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, mount = '']) => path.join(mount, cgroupOf(name)));
}

function removed(folder: string): boolean {
  try {
    removeTree(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false;
    throw error;
  }
}

/** Only the folders can be removed; the files in them are the kernel's. */
function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(path.join(folder, entry.name));
  rmdirSync(folder);
}
