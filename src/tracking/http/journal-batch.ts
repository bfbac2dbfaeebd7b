import type { JournalEvent } from '../journal-event.ts';
import { type JournalPosition, readJournal } from '../read-journal.ts';

/** Events to send in one request, and where the rest begins. */
export interface JournalBatch {
  readonly events: readonly JournalEvent[];
  readonly position: JournalPosition;
}

/** Most events of a request; with events of a hundred bytes a fraction of a megabyte. */
const maxEvents = 2000;

/** The next events of a journal after a position. Throws JOURNAL_CORRUPT where they cannot be read. */
export function readBatches(file: string, from: JournalPosition): readonly JournalBatch[] {
  const chunk = readJournal(file, from);
  if (chunk.corrupt && chunk.events.length === 0) throw chunk.corrupt;
  const batches: JournalBatch[] = [];
  for (let start = 0; start < chunk.events.length; start += maxEvents)
    batches.push({ events: chunk.events.slice(start, start + maxEvents), position: chunk.position });
  return batches;
}
