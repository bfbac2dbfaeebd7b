import { watchEnvironment } from './watched-environment.ts';

/** What a run may have changed in a process that others will use, as it was before. */
export interface ProcessState {
  /** Puts environment, working directory and listeners back. */
  restore(): void;
  /** Whether timers, sockets, child processes … are left that were not there before. */
  hasLeftovers(): boolean;
}

export function captureProcessState(): ProcessState {
  const environment = watchEnvironment();
  const directory = process.cwd();
  const listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)] as const));
  const resources = countResources();
  return {
    restore() {
      environment.restore();
      if (process.cwd() !== directory) process.chdir(directory);
      for (const name of process.eventNames())
        for (const listener of process.rawListeners(name))
          if (!listeners.get(name)?.includes(listener)) process.removeListener(name, listener as () => void);
      process.exitCode = undefined;
    },
    hasLeftovers: () => [...countResources()].some(([type, count]) => count > (resources.get(type) ?? 0)),
  };
}

/** File operations under way are not counted: they end by themselves, and our own journals sync behind the run. */
function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo())
    if (type !== 'FSReqCallback') counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
