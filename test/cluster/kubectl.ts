import { existsSync } from 'node:fs';
import { programs } from './layout.ts';
import { runCommand } from './run-command.ts';

/** Runs kubectl against a cluster and gives what it prints. `input` is what `-f -` reads. */
export function kubectl(kubeconfig: string, args: readonly string[], input?: string): string {
  const program = existsSync(programs.kubectl) ? programs.kubectl : 'kubectl';
  return runCommand(program, ['--kubeconfig', kubeconfig, ...args], input);
}
