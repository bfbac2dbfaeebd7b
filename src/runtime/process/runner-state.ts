/** What a run may have changed in a process that others will use, as it was before. */
export interface ProcessState {
  /** Puts environment, working directory and listeners back. */
  restore(): void;
  /** Whether timers, sockets, child processes … are left that were not there before. */
  hasLeftovers(): boolean;
}

export function captureProcessState(): ProcessState {
  const env = { ...process.env };
  const directory = process.cwd();
  const listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)] as const));
  const resources = countResources();
  return {
    restore() {
      restoreEnvironment(env);
      process.chdir(directory);
      for (const name of process.eventNames())
        for (const listener of process.rawListeners(name))
          if (!listeners.get(name)?.includes(listener)) process.removeListener(name, listener as () => void);
      process.exitCode = undefined;
    },
    hasLeftovers: () => [...countResources()].some(([type, count]) => count > (resources.get(type) ?? 0)),
  };
}

function restoreEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  // each access to process.env asks the system: one pass over it, not three
  const now = { ...process.env };
  for (const key of Object.keys(now)) if (!Object.hasOwn(env, key)) delete process.env[key];
  for (const [key, value] of Object.entries(env)) if (now[key] !== value) process.env[key] = value;
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
