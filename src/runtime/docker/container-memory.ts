import { readFileSync } from 'node:fs';
import path from 'node:path';

const intervalMs = 250;
const root = '/sys/fs/cgroup';

/** Keeps the most memory that a container was seen to hold, as far as this machine tells; bytes. */
export interface MemoryWatch {
  readonly peak: number | undefined;
  cancel(): void;
}

/** Watches the control group of a container's first process: it is gone with the container. */
export function watchContainerMemory(pid: number): MemoryWatch {
  const file = peakFile(pid);
  let peak: number | undefined;
  const timer = setInterval(() => {
    peak = file === undefined ? undefined : (readBytes(file) ?? peak);
  }, intervalMs);
  timer.unref();
  return {
    get peak() {
      return peak;
    },
    cancel: () => clearInterval(timer),
  };
}

/** Where version 1 or 2 of control groups counts it. */
function peakFile(pid: number): string | undefined {
  try {
    const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    const first = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1];
    if (first !== undefined) return path.join(root, 'memory', first, 'memory.max_usage_in_bytes');
    const second = /^0::(.*)$/m.exec(groups)?.[1];
    return second === undefined ? undefined : path.join(root, second, 'memory.peak');
  } catch {
    return undefined;
  }
}

function readBytes(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'latin1'));
  } catch {
    return undefined;
  }
}
