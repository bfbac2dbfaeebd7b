import type { JournalEvent } from './journal-event.ts';

/**
 * The receiving end of runs that are written elsewhere: their journals come in batches, each event once, whatever is sent twice.
 */
export interface Replicas {
  /**
   * Takes the next events of a run; those that are here already are passed over. The first batch of a run begins with its
   * `created` event. No events at all are a sign of life of a run that has nothing to say. Gives the last seq that is safe.
   * @throws JOURNAL_GAP with the last seq in `details`, RUN_EXISTS, JOURNAL_CONFLICT, RUN_NOT_FOUND
   */
  receive(uid: string, events: readonly JournalEvent[]): Promise<{ readonly lastSeq: number }>;
  /**
   * Takes output from a byte offset on; what is here already is passed over. Gives the size that is safe.
   * @throws LOG_GAP with the size in `details`, RUN_NOT_FOUND
   */
  receiveLog(uid: string, offset: number, bytes: Uint8Array): Promise<{ readonly size: number }>;
  close(): Promise<void>;
}

/** Replicas on this machine. */
export interface LocalReplicas extends Replicas {
  /** What `receive` does, done when it returns. Gives the last seq that is safe. */
  take(uid: string, events: readonly JournalEvent[]): number;
}
