import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { detectKernel } from './kernel.ts';

/**
 * The command line that this kernel was started with; it names the connection file. Deno does not show a kernel its own, so the
 * system is asked; empty where it does not say.
 */
export function kernelCommandLine(): readonly string[] {
  if (detectKernel() !== 'deno') return process.argv;
  try {
    if (process.platform === 'linux') return readFileSync('/proc/self/cmdline', 'utf8').split('\0');
    return [execFileSync('ps', ['-o', 'command=', '-p', String(process.pid)], { encoding: 'utf8' })];
  } catch {
    // no such program (Windows), or not allowed: the notebook is looked for in other ways
    return [];
  }
}
