import { readdirSync, readFileSync } from 'node:fs';
import { monotonicMs } from '../monotonic.ts';

const giveUpAfterMs = 10_000;

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly state: string;
  /** Clock ticks since boot; with the pid it names a process for ever. */
  readonly started: string;
}

/** Processes by pid, with their start times. */
export type KnownProcesses = ReadonlyMap<number, string>;

/** Sends a signal to every process of a group; false when there is none any more. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/** Processes that descend from the leader but have left its session, e.g. daemons; to be asked while the leader lives. */
export function strayDescendants(leader: number): KnownProcesses {
  const all = listProcesses();
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of all) children.set(entry.parent, [...(children.get(entry.parent) ?? []), entry]);
  const found = new Map<number, string>();
  const open = [leader];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop())
    for (const child of children.get(pid) ?? []) {
      open.push(child.pid);
      if (child.group !== leader && child.session !== leader) found.set(child.pid, child.started);
    }
  return found;
}

/**
 * Kills a group, the rest of its session and the given strays, and resolves once none is left: true, or false when something
 * cannot be killed (it hangs in the kernel).
 */
export async function killGroup(group: number, strays: KnownProcesses = new Map()): Promise<boolean> {
  const until = monotonicMs() + giveUpAfterMs;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    signalGroup(group, 'SIGKILL');
    const left = remaining(group, strays);
    for (const pid of left) signalProcess(pid, 'SIGKILL');
    if (left.length === 0) return true;
    if (monotonicMs() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** Zombies apart: they have ended, and wait only for a parent that does not ask. */
function remaining(group: number, strays: KnownProcesses): readonly number[] {
  if (process.platform !== 'linux') return signalGroup(group, 0) ? [group] : [];
  if (strays.size === 0 && !signalGroup(group, 0)) return [];
  return listProcesses()
    .filter(({ state }) => state !== 'Z' && state !== 'X')
    .filter(
      (entry) => entry.group === group || entry.session === group || strays.get(entry.pid) === entry.started,
    )
    .map(({ pid }) => pid);
}

/** Signals one process, if it is still there. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has just ended
  }
}

/** What `/proc` lists; nothing on systems without it, where the group alone is known. */
function listProcesses(): readonly ProcessEntry[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'latin1');
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const [state = '', parent, group, session] = fields;
        const ids = {
          pid: Number(name),
          parent: Number(parent),
          group: Number(group),
          session: Number(session),
        };
        return [{ ...ids, state, started: fields[19] ?? '' }];
      } catch {
        return [];
      }
    });
}
