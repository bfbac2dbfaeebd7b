import type { JournalEvent } from '../../journal-event.ts';
import { terminalStates } from '../../run.ts';
import type { RunDraft } from '../../run-draft.ts';
import { isLost, type RunOverlay } from '../../run-overlay.ts';
import { rows, type Work } from '../statement.ts';
import { foldSound } from './fold-sound.ts';
import { type ProjectedRun, storeRuns } from './store-runs.ts';

/** Most events of one transaction. */
const mostEvents = 20_000;

interface Row {
  readonly id: number;
  readonly project: string;
  readonly uid: string;
  readonly seq: number;
  readonly draft: string;
  readonly overlay: string | null;
  readonly corrupt: string | null;
}

/**
 * Brings the rows of these runs up to their journals. Gives the runs that have more events than one transaction takes: they are to
 * be brought on by the next.
 */
export function* projectRuns(ids: readonly number[]): Work<readonly number[]> {
  const found = yield* rows<Row>(
    `SELECT r.id, r.project, r.uid, r.seq, r.draft, r.corrupt, o.overlay FROM runs r
     LEFT JOIN overlays o ON o.project = r.project AND o.uid = r.uid WHERE r.id = ANY($1) ORDER BY r.id FOR UPDATE OF r`,
    ids,
  );
  const events = yield* rows<{ run: number; body: string }>(
    `SELECT e.run, e.body FROM unnest($1::bigint[], $2::bigint[]) AS n(run, seq) JOIN events e ON e.run = n.run AND e.seq > n.seq
     ORDER BY e.run, e.seq LIMIT ${mostEvents}`,
    found.map(({ id }) => id),
    found.map(({ seq }) => seq),
  );
  const fresh = new Map<number, JournalEvent[]>(found.map(({ id }) => [id, []]));
  for (const { run, body } of events) fresh.get(run)?.push(JSON.parse(body) as JournalEvent);
  const runs = found.map((row) => advance(row, fresh.get(row.id) ?? []));
  const behind = yield* settleEnded(runs);
  yield* storeRuns(runs.map((run) => (behind.has(run.id) ? { ...run, live: true } : run)));
  return events.length < mostEvents ? [] : ids;
}

function advance(row: Row, events: readonly JournalEvent[]): ProjectedRun {
  const { draft, corrupt } = foldSound(events, JSON.parse(row.draft) as RunDraft);
  const overlay = row.overlay === null ? undefined : (JSON.parse(row.overlay) as RunOverlay);
  const damage = row.corrupt ?? (corrupt ? JSON.stringify(corrupt) : null);
  const ended = damage !== null || terminalStates.has(draft.state) || isLost(draft, overlay);
  return { ...row, draft, overlay, corrupt: damage, seq: events.at(-1)?.seq ?? row.seq, live: !ended };
}

/**
 * Of runs that are to be looked at no more, those whose journals have gone on meanwhile. Holds the other journals, so that whoever
 * goes on with one sees that its run is settled.
 */
function* settleEnded(runs: readonly ProjectedRun[]): Work<ReadonlySet<number>> {
  const ended = new Map(runs.filter(({ live }) => !live).map(({ id, seq }) => [id, seq]));
  if (ended.size === 0) return new Set();
  const heads = yield* rows<{ id: number; seq: number }>(
    'SELECT id, seq FROM journals WHERE id = ANY($1) ORDER BY project, uid FOR UPDATE',
    [...ended.keys()],
  );
  const behind = new Set(heads.filter(({ id, seq }) => seq > (ended.get(id) ?? 0)).map(({ id }) => id));
  yield* rows(
    'UPDATE journals SET settled = true WHERE id = ANY($1) AND NOT settled',
    [...ended.keys()].filter((id) => !behind.has(id)),
  );
  return behind;
}
