import { spawnSync } from 'node:child_process';
import { ClusterError } from './cluster-error.ts';

/** Runs a program to its end and gives its output; a failure names the command and shows what it said. */
export function runCommand(command: string, args: readonly string[], input?: string): string {
  const result = spawnSync(command, args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  if (result.status === 0) return result.stdout;
  const said = result.error?.message ?? `${result.stderr}${result.stdout}`.trim();
  throw new ClusterError(
    `"${[command, ...args].join(' ')}" failed: ${said}`,
    'a test cluster needs root on Linux',
  );
}
