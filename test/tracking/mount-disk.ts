import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { tempDirectory } from './temp-directory.ts';

/** Whether this process may mount; root in a container without the right cannot. */
export const canMount: boolean = process.platform === 'linux' && process.getuid?.() === 0 && mayMount();

/** A disk of a given size (`64k`), mounted until the test has finished. */
export function mountDisk(size: string): string {
  const directory = path.join(tempDirectory(), 'disk');
  mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]);
  onTestFinished(() => void execFileSync('umount', ['-l', directory]));
  return directory;
}

export function resizeDisk(directory: string, size: string): void {
  execFileSync('mount', ['-o', `remount,size=${size}`, directory]);
}

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
