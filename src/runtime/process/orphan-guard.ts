import { type ChildProcess, spawn } from 'node:child_process';
import { globalState } from '../../core/global-state.ts';
import { guardScript } from './orphan-guard-script.ts';

/** Milliseconds that a process gets to end by itself once its submitter has gone; a run may say otherwise. */
const defaultGraceMs = 4000;
/** What a run gets beyond its own grace: it writes the last word itself if it can. */
const extraGraceMs = 1000;

interface Guard {
  readonly groups: Map<number, number>;
  process?: ChildProcess | undefined;
  isStarting?: boolean;
}

const guard = (): Guard => globalState('orphan-guard', () => ({ groups: new Map<number, number>() }));

/**
 * Sees to it that a process group ends when this process is killed. A runner notices by itself that its submitter has gone, unless user
 * code keeps its thread busy for ever: then a shell, started with the first group and as good as free, kills it after a grace. Where there is
 * no shell (images without one, Windows), such processes end with their container or their session.
 */
export function guardGroup(group: number, graceMs?: number): void {
  const milliseconds = graceMs === undefined ? defaultGraceMs : graceMs + extraGraceMs;
  const { groups } = guard();
  if (groups.get(group) === milliseconds) return;
  groups.set(group, milliseconds);
  tell(`+ ${group} ${Math.ceil(milliseconds / 100)}`);
}

/** Says that a group has ended: from now on its number may be another one's. */
export function releaseGroup(group: number): void {
  if (guard().groups.delete(group)) tell(`- ${group} 0`);
}

function tell(line: string): void {
  const state = guard();
  if (state.process !== undefined) state.process.stdin?.write(`${line}\n`);
  else if (process.platform !== 'win32' && state.isStarting !== true) {
    state.isStarting = true;
    // while the runner itself starts, so that nobody waits for it
    setImmediate(start);
  }
}

/** Starts the guard with all groups that there are. */
function start(): void {
  const state = guard();
  state.isStarting = false;
  if (state.groups.size === 0) return;
  const child = spawn('/bin/sh', ['-c', guardScript], {
    // a session of its own, so that nothing that ends this process and its group ends the guard too
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
  });
  state.process = child;
  child.unref();
  (child.stdin as { unref?: () => void } | null)?.unref?.();
  const forget = (): void => {
    if (state.process === child) state.process = undefined;
  };
  child.on('error', forget).on('exit', forget);
  // it was killed: the next group has a new one
  child.stdin?.on('error', forget);
  for (const [group, milliseconds] of state.groups)
    child.stdin?.write(`+ ${group} ${Math.ceil(milliseconds / 100)}\n`);
}
