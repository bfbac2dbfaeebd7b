import type { NamespaceWatch } from './namespace-watch.ts';

export interface UntilSeen {
  readonly watch: NamespaceWatch;
  /** Of the run whose objects are looked at. */
  readonly uid: string;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** Resolves once something holds of what is seen of a run's objects, which is asked at every change of them, or when the signal fires. */
export async function untilSeen({ watch, uid, signal }: UntilSeen, holds: () => boolean): Promise<void> {
  let wake: () => void = () => undefined;
  const look = (): void => wake();
  const unsubscribe = watch.subscribe(uid, look);
  signal?.addEventListener('abort', look);
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (signal?.aborted || holds()) return;
      await Promise.race([changed, watch.failed]);
    }
  } finally {
    unsubscribe();
    signal?.removeEventListener('abort', look);
  }
}
