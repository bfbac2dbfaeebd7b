import path from 'node:path';
import { watchDirectory } from './follow-change.ts';
import type { JournalEvent } from './journal-event.ts';
import { type JournalPosition, journalStart, readJournal } from './read-journal.ts';
import { type RunState, terminalStates } from './run.ts';

export interface FollowOptions {
  /** Only events after this seq. @default 0 */
  readonly after?: number;
  /** Goes on until the run has ended or the signal fires. @default false */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
  /** Asked when nothing has come for a while: whether the run is over without saying so. */
  readonly isOver?: () => boolean | Promise<boolean>;
}

/** How long to wait for a notice of the system before looking anyway; milliseconds. */
const pollMs = 500;

/** The events of a journal, as they come. Throws `JOURNAL_CORRUPT` after the last event that can be read. */
export async function* followJournal(
  file: string,
  options: FollowOptions = {},
): AsyncGenerator<JournalEvent> {
  const { after = 0, follow = false, signal, isOver } = options;
  const changes = follow ? watchDirectory(path.dirname(file)) : undefined;
  let position: JournalPosition = journalStart;
  let state: RunState = 'created';
  try {
    while (!signal?.aborted) {
      const chunk = readJournal(file, position);
      for (const event of chunk.events) {
        if (event.kind === 'state') state = event.state;
        if (event.kind === 'attempt') state = 'pending';
        if (event.seq > after) yield event;
        if (signal?.aborted) return;
      }
      if (chunk.corrupt) throw chunk.corrupt;
      const moved = chunk.position.offset !== position.offset;
      position = chunk.position;
      if (moved) continue;
      if (!changes || terminalStates.has(state) || (await isOver?.())) return;
      await changes.next(pollMs, signal);
    }
  } finally {
    changes?.close();
  }
}
