import { journalConflict, journalGap } from './errors.ts';
import type { JournalEvent } from './journal-event.ts';

/**
 * Refuses events of a run that do not follow each other, or leave something out behind the last one that is there.
 * @throws JOURNAL_GAP with the last seq in `details`, JOURNAL_CONFLICT
 */
export function checkSequence(uid: string, events: readonly JournalEvent[], lastSeq: number): void {
  let due = Math.min(events[0]?.seq ?? 1, lastSeq + 1);
  for (const { seq, kind } of events) {
    if (seq !== due)
      throw journalGap(`run "${uid}" goes on with event ${seq} where ${due} is due`, {
        hint: `send the events from ${lastSeq + 1} on`,
        details: { lastSeq },
      });
    if (kind === 'created' && seq !== 1)
      throw journalConflict(`run "${uid}" is said to be created by its event ${seq}`, {
        hint: 'a journal begins with that, once',
      });
    due++;
  }
}
