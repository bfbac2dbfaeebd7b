import { type FSWatcher, watch } from 'node:fs';

/** Tells when something in a folder may have changed. */
export interface ChangeWatch {
  /** Resolves after a change (or one missed since the last call), after `timeoutMs` at the latest, or when the signal fires. */
  next(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Changes that come close together are told as one. */
const coalesceMs = 10;

/** Where watching is not possible (no inotify handles left, some network disks) only the timeout of `next` remains. */
export function watchDirectory(directory: string): ChangeWatch {
  let changed = false;
  let wake: (() => void) | undefined;
  const watcher = tryWatch(directory, () => {
    changed = true;
    wake?.();
  });
  return {
    async next(timeoutMs, signal) {
      if (signal?.aborted) return;
      if (!changed)
        await pause(timeoutMs, signal, (resolve) => {
          wake = resolve;
        });
      wake = undefined;
      if (changed) await pause(coalesceMs, signal);
      changed = false;
    },
    close: () => watcher?.close(),
  };
}

function tryWatch(directory: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

/** Resolves after some milliseconds, when the signal fires, or when what `early` was given is called. */
function pause(
  milliseconds: number,
  signal: AbortSignal | undefined,
  early?: (resolve: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish, { once: true });
    early?.(finish);
  });
}
