import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import { currentProcess, identify } from '../../tracking/process-identity.ts';

/**
 * Who a run in a container belongs to, such that anybody on this machine can see whether it lives: the container's first process,
 * and this process as its guard. Where that pid is not one of this machine (a daemon elsewhere or in a virtual machine), this
 * process alone.
 */
export function containerOwner(containerId: string, pid: number | undefined): ProcessIdentity {
  const guard = currentProcess();
  if (pid === undefined || !isContainerProcess(pid, containerId)) return guard;
  return { ...identify(pid), guard };
}

function isContainerProcess(pid: number, containerId: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(containerId);
  } catch {
    return false;
  }
}
