import type { JournalEvent } from '../../journal-event.ts';
import { terminalStates } from '../../run.ts';
import { searchText } from '../../search/search-value.ts';
import { isRunFolderName } from '../../store-layout.ts';
import { changeChannel } from '../change-channel.ts';
import { rows, type Work } from '../statement.ts';
import { addArtifacts, addMentions } from './add-references.ts';
import { beginRuns } from './begin-runs.ts';
import { checkBatch, type JournalHead } from './check-batch.ts';

/** Events of one run as they came in one request. */
export interface JournalBatch {
  readonly project: string;
  readonly uid: string;
  readonly events: readonly JournalEvent[];
}

/** What became of a batch: the last seq that is safe once the transaction is, or why it was refused. */
export type BatchOutcome =
  | { readonly lastSeq: number; readonly journal?: number }
  | { readonly error: unknown };

/** An event on its way into the table. */
export interface NewEvent {
  readonly run: number;
  readonly event: JournalEvent;
  /** The event as JSON, as it will be given back. */
  readonly body: string;
}

/** Takes batches of any number of runs; one that is refused does the others no harm. */
export function* appendJournals(batches: readonly JournalBatch[]): Work<readonly BatchOutcome[]> {
  yield* insertHeads(batches);
  const heads = yield* lockHeads(batches);
  const fresh: NewEvent[] = [];
  const outcomes: BatchOutcome[] = [];
  for (const batch of batches) {
    try {
      const head = heads.get(keyOf(batch));
      const lastSeq = yield* takeBatch(batch, head, fresh);
      outcomes.push({ lastSeq, ...(head ? { journal: head.id } : {}) });
    } catch (error) {
      outcomes.push({ error });
    }
  }
  yield* insertEvents(fresh, [...heads.values()]);
  yield* noteSignsOfLife(
    batches.flatMap((batch) => (batch.events.length > 0 ? [] : (heads.get(keyOf(batch))?.id ?? []))),
  );
  return outcomes;
}

export const keyOf = ({ project, uid }: { readonly project: string; readonly uid: string }): string =>
  `${project}/${uid}`;

/** Rows for runs that begin with this; in one order everywhere, so that two servers never wait for each other. */
function* insertHeads(batches: readonly JournalBatch[]): Work<void> {
  const begun = new Map<string, JournalBatch>();
  for (const batch of batches) {
    const [first] = batch.events;
    const begins = first?.kind === 'created' && first.seq === 1 && isRunFolderName(batch.uid);
    if (begins && first.uid === batch.uid && first.project === batch.project) begun.set(keyOf(batch), batch);
  }
  if (begun.size === 0) return;
  const ordered = [...begun].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, batch]) => batch);
  yield* rows(
    `INSERT INTO journals (project, uid, seq) SELECT project, uid, 0 FROM unnest($1::text[], $2::text[]) AS n(project, uid)
     ON CONFLICT (project, uid) DO NOTHING`,
    ordered.map(({ project }) => project),
    ordered.map(({ uid }) => uid),
  );
}

const lockText = `SELECT j.id, j.project, j.uid, j.seq, j.settled FROM unnest($1::text[], $2::text[]) AS n(project, uid)
  JOIN journals j ON j.project = n.project AND j.uid = n.uid ORDER BY j.project, j.uid FOR UPDATE OF j`;

function* lockHeads(batches: readonly JournalBatch[]): Work<Map<string, JournalHead>> {
  const wanted = new Map(batches.map((batch) => [keyOf(batch), batch]));
  const found = (yield {
    name: 'lock journals',
    text: lockText,
    values: [
      [...wanted.values()].map(({ project }) => project),
      [...wanted.values()].map(({ uid }) => searchText(uid)),
    ],
  }) as readonly { id: number; project: string; uid: string; seq: number; settled: boolean }[];
  return new Map(found.map((row) => [keyOf(row), { ...row, stored: row.seq, ended: false }]));
}

/** Checks a batch against what is there, and puts what is new of it to the events to be written. */
function* takeBatch(batch: JournalBatch, head: JournalHead | undefined, fresh: NewEvent[]): Work<number> {
  const bodies = yield* checkBatch(batch, head, fresh);
  if (!head) return 0;
  for (const [index, event] of batch.events.entries()) {
    if (event.seq <= head.seq) continue;
    fresh.push({ run: head.id, event, body: bodies[index] ?? JSON.stringify(event) });
    head.seq = event.seq;
    if (event.kind === 'state' && terminalStates.has(event.state)) head.ended = true;
  }
  return head.seq;
}

/** When a run was heard of, by the one clock that is the same for all: those of the hosts that run it may be minutes behind. */
export const serverTime = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** A batch without events tells that the run lives. */
function* noteSignsOfLife(ids: readonly number[]): Work<void> {
  if (ids.length === 0) return;
  yield* rows(`UPDATE journals SET heard = ${serverTime} WHERE id = ANY($1)`, ids);
}

const insertText = `WITH added AS (
    INSERT INTO events (run, seq, kind, key, body)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::json[])
  ), moved AS (
    UPDATE journals j SET seq = n.seq, heard = ${serverTime}, stop = CASE WHEN n.ended THEN NULL ELSE j.stop END
    FROM unnest($6::bigint[], $7::bigint[], $8::boolean[]) AS n(id, seq, ended) WHERE j.id = n.id
  ) SELECT pg_notify('${changeChannel}', notice) FROM unnest($9::text[]) AS notice`;

function* insertEvents(fresh: readonly NewEvent[], heads: readonly JournalHead[]): Work<void> {
  if (fresh.length === 0) return;
  const changed = heads.filter(({ seq, stored }) => seq > stored);
  yield {
    name: 'insert events',
    text: insertText,
    values: [
      fresh.map(({ run }) => run),
      fresh.map(({ event }) => event.seq),
      fresh.map(({ event }) => searchText(event.kind)),
      fresh.map(({ event }) => (event.kind === 'metric' ? searchText(event.key) : null)),
      fresh.map(({ body }) => body),
      changed.map(({ id }) => id),
      changed.map(({ seq }) => seq),
      changed.map(({ ended }) => ended),
      renderNotices(changed.map(({ id }) => id)),
    ],
  };
  yield* wakeRuns(changed.filter(({ settled }) => settled).map(({ id }) => id));
  yield* addMentions(fresh);
  yield* addArtifacts(fresh, changed);
  yield* beginRuns(
    fresh,
    changed.filter(({ stored }) => stored === 0),
  );
}

/** Runs that go on although they were over are looked after again. */
function* wakeRuns(ids: readonly number[]): Work<void> {
  if (ids.length === 0) return;
  yield* rows('UPDATE journals SET settled = false WHERE id = ANY($1)', ids);
  yield* rows('UPDATE runs SET live = true WHERE id = ANY($1)', ids);
}

/** Most ids of a notice: Postgres takes 8000 bytes. */
const mostIds = 400;

export function renderNotices(ids: readonly number[]): readonly string[] {
  const notices: string[] = [];
  for (let at = 0; at < ids.length; at += mostIds) notices.push(ids.slice(at, at + mostIds).join(','));
  return notices;
}
