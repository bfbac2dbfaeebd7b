import { terminalStates } from '../../run.ts';
import { searchText } from '../../search/search-value.ts';
import { changeChannel } from '../change-channel.ts';
import type { Statement } from '../statement.ts';
import { type JournalBatch, renderNotices, serverTime } from './append-journals.ts';

/** A batch that goes on where this server left the run's journal. */
export interface OnwardBatch {
  readonly batch: JournalBatch;
  readonly journal: number;
  /** Last event before it. */
  readonly after: number;
}

/**
 * Whether a batch can be taken without looking at what is there: plain events that follow each other, none of which anything else
 * than the journal must know.
 */
export function isPlain({ events }: JournalBatch, after: number): boolean {
  return (
    events.length > 0 &&
    events.every(
      ({ seq, kind }, index) => seq === after + index + 1 && kind !== 'artifact' && kind !== 'created',
    )
  );
}

const onwardText = `WITH held AS (
    SELECT j.id FROM unnest($1::bigint[], $2::bigint[]) AS n(id, seq) JOIN journals j ON j.id = n.id AND j.seq = n.seq AND NOT j.settled
    ORDER BY j.project, j.uid FOR UPDATE OF j
  ), added AS (
    INSERT INTO events (run, seq, kind, key, body)
    SELECT e.* FROM unnest($5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::json[]) AS e(run, seq, kind, key, body)
    JOIN held ON held.id = e.run
  ), moved AS (
    UPDATE journals j SET seq = n.last, heard = ${serverTime}, stop = CASE WHEN n.ended THEN NULL ELSE j.stop END
    FROM unnest($1::bigint[], $3::bigint[], $4::boolean[]) AS n(id, last, ended) JOIN held ON held.id = n.id WHERE j.id = n.id
  ), told AS (
    SELECT count(pg_notify('${changeChannel}', notice)) FROM unnest($10::text[]) AS notice
  )
  SELECT held.id FROM held, told`;

/**
 * One statement for batches of different runs; it gives the journals that it took, which are those that still stand where this server
 * left them. One round trip instead of four is most of what a small batch costs. Undefined where a body needs more than that.
 */
export function appendOnward(onward: readonly OnwardBatch[]): Statement | undefined {
  const events = onward.flatMap(({ batch, journal }) => batch.events.map((event) => ({ journal, event })));
  const bodies = events.map(({ event }) => JSON.stringify(event));
  if (bodies.some((body) => body.includes('sha256:'))) return undefined;
  const ids = onward.map(({ journal }) => journal);
  return {
    name: 'append onward',
    text: onwardText,
    values: [
      ids,
      onward.map(({ after }) => after),
      onward.map(({ batch, after }) => after + batch.events.length),
      onward.map(({ batch }) =>
        batch.events.some((event) => event.kind === 'state' && terminalStates.has(event.state)),
      ),
      events.map(({ journal }) => journal),
      events.map(({ event }) => event.seq),
      events.map(({ event }) => searchText(event.kind)),
      events.map(({ event }) => (event.kind === 'metric' ? searchText(event.key) : null)),
      bodies,
      renderNotices(ids),
    ],
  };
}
