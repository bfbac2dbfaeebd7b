import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../../src/tracking/journal-event.ts';
import { identify, isAlive } from '../../src/tracking/process-identity.ts';
import { ClusterError } from './cluster-error.ts';
import { childrenOf, nsenter } from './namespaces.ts';
import { until } from './until.ts';

/** One program of the cluster. */
export interface Component {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningComponent {
  readonly name: string;
  readonly process: ProcessIdentity;
  readonly log: string;
}

/** Starts a program so that it outlives this process; its output goes to a log file. */
export function startComponent(
  { name, command, env = {} }: Component,
  { logs, holder }: { logs: string; holder: ProcessIdentity | undefined },
): RunningComponent {
  mkdirSync(logs, { recursive: true });
  const log = path.join(logs, `${name}.log`);
  const output = openSync(log, 'a');
  const [program = '', ...args] = holder ? ['nsenter', ...nsenter(holder), ...command] : command;
  const child = spawn(program, args, {
    detached: true,
    cwd: '/',
    stdio: ['ignore', output, output],
    env: { ...process.env, ...env },
  });
  child.on('error', () => undefined);
  child.unref();
  closeSync(output);
  if (child.pid === undefined)
    throw new ClusterError(`"${command[0]}" could not be started`, 'see the README of test/cluster');
  return { name, process: identify(child.pid), log };
}

/** Waits until a component answers; says which one ended and shows the end of its log if it does so before. */
export async function untilReady(
  component: RunningComponent,
  ask: () => Promise<boolean> | boolean,
  timeoutMs = 180_000,
): Promise<void> {
  await until(
    async () => {
      if (await ask()) return true;
      if (!isAlive(component.process)) throw endedError(component);
      return false;
    },
    { describe: () => `${component.name} is not ready\n${logTail(component.log)}`, timeoutMs, everyMs: 25 },
  );
}

function endedError({ name, log }: RunningComponent): ClusterError {
  return new ClusterError(
    `${name} ended while the cluster was starting:\n${logTail(log)}`,
    `its whole log is ${log}`,
  );
}

/** Kills a component where it stands, the program itself and not only the shell around it. */
export async function killComponent(component: ProcessIdentity): Promise<void> {
  // what has ended long ago may have left its pid to another process
  if (isAlive(component) === false) return;
  // the shell around a program ends once all threads of it have, and its ports are free
  const programs = childrenOf(component.pid);
  for (const pid of programs.length > 0 ? programs : [component.pid]) kill(pid);
  await until(() => !isAlive(component), {
    describe: () => `process ${component.pid} does not end`,
    everyMs: 10,
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // it has ended by itself
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function logTail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}
