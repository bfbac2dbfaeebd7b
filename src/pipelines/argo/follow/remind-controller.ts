import { setTimeout as delay } from 'node:timers/promises';

export interface Reminding {
  /** Whether the controller has been told something that it has not done yet. */
  readonly isDue: () => boolean;
  /** Changes the workflow in a way that means nothing. */
  readonly touch: () => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Milliseconds until the first time; each time twice as long. */
const firstMs = 5_000;
const longestMs = 60_000;

/**
 * Makes the controller look again until it has done what it was told. Argo's controller writes what it has just stored into its copy of
 * the cluster's objects. A change that comes in that moment is overwritten there, and as long as the workflow does not change again the
 * controller works with the old one: what was let go would stay suspended for ever, and what was told to stop would run on.
 */
export async function remindController({ isDue, touch, signal }: Reminding): Promise<void> {
  let waitMs = firstMs;
  while (!signal.aborted) {
    await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    if (isDue()) {
      await touch();
      waitMs = Math.min(waitMs * 2, longestMs);
    } else waitMs = firstMs;
  }
}
