import { existsSync, readFileSync } from 'node:fs';
import { programs } from './layout.ts';
import { runCommand } from './run-command.ts';

/** Runs kubectl against a cluster and gives what it prints. `input` is what `-f -` reads. */
export function kubectl(kubeconfig: string, args: readonly string[], input?: string): string {
  const program = existsSync(programs.kubectl) ? programs.kubectl : 'kubectl';
  return runCommand(program, ['--kubeconfig', kubeconfig, ...args], input);
}

/** The token in a kubeconfig of a test cluster. */
export function kubectlToken(kubeconfig: string): string {
  const { users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { users: { user: { token: string } }[] };
  return users[0]?.user.token ?? '';
}
