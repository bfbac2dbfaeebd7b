import type { RunStore } from '../../../tracking/store.ts';

export interface HearRun {
  /** Milliseconds that it may take to be heard of, once and until it has nothing more to say. */
  readonly withinMs: number;
  /** Resolves when the run has ended, as its cluster shows it. */
  readonly ended?: Promise<void>;
  readonly signal: AbortSignal;
}

/** Milliseconds without an event after which what had piled up counts as heard. */
const quietMs = 400;

/** Resolves once the events that a run's pod could not ship before have come, or the run has ended, or the time is over. */
export async function hearRun(
  store: RunStore,
  uid: string,
  { withinMs, ended, signal }: HearRun,
): Promise<void> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  const late = setTimeout(stop, withinMs);
  let quiet: NodeJS.Timeout | undefined;
  void ended?.then(stop);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const known = await store.getRun(uid).then(({ uid: full }) => lastSeq(store, full));
    for await (const _ of store.events(uid, { after: known, follow: true, signal: over.signal })) {
      clearTimeout(quiet);
      quiet = setTimeout(stop, quietMs);
    }
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    clearTimeout(late);
    clearTimeout(quiet);
    signal.removeEventListener('abort', stop);
  }
}

async function lastSeq(store: RunStore, uid: string): Promise<number> {
  let seq = 0;
  for await (const event of store.events(uid)) seq = event.seq;
  return seq;
}
