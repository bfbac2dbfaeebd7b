import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { globalState } from '../core/global-state.ts';
import type { ProcessIdentity } from './journal-event.ts';

let current: ProcessIdentity | undefined;

const assumed = (): { identity?: ProcessIdentity } => globalState('process-identity', () => ({}));

/**
 * Makes this process known by another identity: what it is called where its runs are looked after, if that is not where it runs. A
 * process in a container has a pid and a host name that mean nothing outside.
 */
export function assumeIdentity(identity: ProcessIdentity): void {
  assumed().identity = identity;
}

/** Who this process is: host, pid and, where `/proc` tells, its start time. */
export function currentProcess(): ProcessIdentity {
  const { identity } = assumed();
  if (identity) return identity;
  if (current?.pid !== process.pid) current = identify(process.pid);
  return current;
}

/** Identity of a process of this host, e.g. of a child just started. */
export function identify(pid: number): ProcessIdentity {
  const startTicks = processState(pid)?.startTicks;
  return { host: hostname(), pid, ...(startTicks === undefined ? {} : { startTicks }) };
}

export function sameProcess(a: ProcessIdentity | undefined, b: ProcessIdentity | undefined): boolean {
  return a?.host === b?.host && a?.pid === b?.pid && a?.startTicks === b?.startTicks;
}

/**
 * Whether a process, or the guard that would speak for it, still runs: `undefined` when it belongs to another host and cannot be asked from here.
 * A zombie counts as dead, and so does a process that only took over the pid.
 */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  const alive = isRunning(identity);
  if (alive === true || !identity.guard) return alive;
  const guarded = isRunning(identity.guard);
  // what cannot be asked from here may live on without its guard
  return alive === undefined && guarded === false ? undefined : guarded;
}

/** Whether a process that may well live cannot be heard of: what it writes came through a guard that has ended. */
export function isOutOfHearing({ guard, heardThroughGuard }: ProcessIdentity): boolean {
  return heardThroughGuard === true && guard !== undefined && isRunning(guard) === false;
}

function isRunning(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined;
  const state = processState(identity.pid);
  if (state) {
    if (state.state === 'Z' || state.state === 'X') return false;
    return identity.startTicks === undefined || identity.startTicks === state.startTicks;
  }
  return process.platform === 'linux' ? false : answersSignal(identity.pid);
}

function processState(pid: number): { state: string; startTicks: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the command's name, in parentheses, may hold spaces and parentheses of its own
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
