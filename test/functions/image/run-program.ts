import { spawnSync } from 'node:child_process';

/** Runs a program to its end and gives what it said; a failure is thrown with what it complained about. */
export function runProgram(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
