import { checkSequence } from '../../check-sequence.ts';
import { journalConflict, runExists, runNotFound } from '../../errors.ts';
import { isRunFolderName } from '../../store-layout.ts';
import { rows, type Work } from '../statement.ts';
import type { JournalBatch, NewEvent } from './append-journals.ts';

/** Where a run's journal stands within a transaction that holds it. */
export interface JournalHead {
  readonly id: number;
  readonly project: string;
  readonly uid: string;
  /** Last event in the table. */
  readonly stored: number;
  /** Whether nobody looks after the run's row any more. */
  readonly settled: boolean;
  /** Last event, those included that are about to be written. */
  seq: number;
  /** Whether an event about to be written ends the run. */
  ended: boolean;
}

/**
 * Refuses a batch that does not go on where the journal stands, or tells of an event otherwise than before. Gives the JSON of those of
 * its events that it had to make.
 * @throws RUN_NOT_FOUND, RUN_EXISTS, JOURNAL_GAP, JOURNAL_CONFLICT
 */
export function* checkBatch(
  batch: JournalBatch,
  head: JournalHead | undefined,
  fresh: readonly NewEvent[],
): Work<readonly string[]> {
  const { events, project } = batch;
  const [first] = events;
  if (!first) return [];
  if (first.kind === 'created' && (first.uid !== batch.uid || first.project !== project))
    throw journalConflict(`the journal of run "${first.uid}" was sent as that of "${batch.uid}"`, {
      hint: `send it to project "${first.project}" and run "${first.uid}"`,
    });
  if (!head || !isRunFolderName(batch.uid) || (head.seq === 0 && first.kind !== 'created'))
    throw notFound(batch);
  checkSequence(batch.uid, events, head.seq);
  if (first.seq > head.seq) return [];
  const bodies = events.map((event) => JSON.stringify(event));
  const known = yield* knownBodies(head, first.seq, fresh);
  for (const [index, event] of events.entries()) {
    if (event.seq > head.seq || known.get(event.seq) === bodies[index]) continue;
    throw event.kind === 'created' ? exists(batch) : conflict(batch, event.seq);
  }
  return bodies;
}

/** Bodies of events that are there already, or are about to be. */
function* knownBodies(
  head: JournalHead,
  from: number,
  fresh: readonly NewEvent[],
): Work<ReadonlyMap<number, string>> {
  const stored = yield* rows<{ seq: number; body: string }>(
    'SELECT seq, body FROM events WHERE run = $1 AND seq BETWEEN $2 AND $3',
    head.id,
    from,
    head.stored,
  );
  const known = new Map(stored.map(({ seq, body }) => [seq, body]));
  for (const { run, event, body } of fresh) if (run === head.id) known.set(event.seq, body);
  return known;
}

function notFound({ uid, project }: JournalBatch): Error {
  return runNotFound(`run "${uid}" does not exist in project "${project}"`, {
    hint: 'send its journal from the first event on',
  });
}

function exists({ uid, project }: JournalBatch): Error {
  return runExists(`run "${uid}" exists already in project "${project}"`, {
    hint: 'choose another uid, or go on with the run by resuming it',
  });
}

function conflict({ uid }: JournalBatch, seq: number): Error {
  return journalConflict(`event ${seq} of run "${uid}" is another one than was sent before`, {
    hint: 'another process has taken the run over; its journal is the one that counts',
  });
}
