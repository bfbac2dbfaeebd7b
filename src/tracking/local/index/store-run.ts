import { jsonNumber } from '../../../core/json.ts';
import type { JournalEvent, MetricEvent } from '../../journal-event.ts';
import type { JournalPosition } from '../../read-journal.ts';
import { type RunRecord, terminalStates } from '../../run.ts';
import type { RunDraft } from '../../run-draft.ts';
import { isLost, overlaidRecord, type RunOverlay } from '../../run-overlay.ts';
import { runAttributes, runSearchFields } from '../../search/search-fields.ts';
import { searchText } from '../../search/search-value.ts';
import { seriesName } from '../../series-name.ts';
import type { IndexDatabase } from './index-database.ts';

/** A run as the index has it between two looks at its journal. */
export interface IndexedRun {
  readonly project: string;
  readonly uid: string;
  readonly draft: RunDraft;
  readonly position: JournalPosition;
  readonly overlay: RunOverlay | undefined;
  /** JSON of the error that ended reading, if one did. */
  readonly corrupt: string | undefined;
}

const upsertRun = `INSERT INTO runs (uid, project, name, state, kind, runtime, function, handler, created_at, started_at, ended_at,
  parent, iteration, step, duration, trashed, live, offset, line, draft, corrupt)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (project, uid) DO UPDATE SET name = excluded.name, state = excluded.state, kind = excluded.kind,
  runtime = excluded.runtime, function = excluded.function, handler = excluded.handler, created_at = excluded.created_at,
  started_at = excluded.started_at, ended_at = excluded.ended_at, parent = excluded.parent, iteration = excluded.iteration,
  step = excluded.step, duration = excluded.duration, trashed = excluded.trashed, live = excluded.live,
  offset = excluded.offset, line = excluded.line, draft = excluded.draft, corrupt = excluded.corrupt RETURNING id`;

/** Writes a run's row and its searchable fields; gives the row's id. */
export function storeRun(index: IndexDatabase, run: IndexedRun): number {
  const record = overlaidRecord(run.draft, run.overlay);
  const attributes = runAttributes(record);
  const text = (name: string): string | null => optionalText(attributes[name] as string | undefined);
  const number = (name: string): number | null => (attributes[name] as number | undefined) ?? null;
  const row = index.get<{ id: number }>(
    upsertRun,
    run.uid,
    run.project,
    searchText(record.name),
    run.corrupt ? 'error' : record.state,
    record.kind,
    text('runtime'),
    text('function'),
    text('handler'),
    record.createdAt,
    text('startedAt'),
    text('endedAt'),
    text('parent'),
    number('iteration'),
    text('step'),
    number('duration'),
    record.trashed ? 1 : 0,
    isLive(run) ? 1 : 0,
    run.position.offset,
    run.position.line,
    JSON.stringify(run.draft),
    run.corrupt ?? null,
  );
  const id = row?.id ?? 0;
  storeFields(index, id, record);
  return id;
}

const optionalText = (text: string | undefined): string | null =>
  text === undefined ? null : searchText(text);

/** Whether the journal may change without the ledger telling: while the run goes on, or until a damaged file is restored. */
function isLive(run: IndexedRun): boolean {
  if (run.corrupt) return true;
  return !terminalStates.has(run.draft.state) && !isLost(run.draft, run.overlay);
}

function storeFields(index: IndexDatabase, id: number, record: RunRecord): void {
  index.run('DELETE FROM fields WHERE run = ?', id);
  const insert = index.prepare(
    'INSERT OR REPLACE INTO fields (run, scope, key, type, num, rest, text) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const [scope, fields] of Object.entries(runSearchFields(record)))
    for (const [key, value] of fields)
      insert.run(id, scope, key, value.type, value.num, value.rest, value.text);
}

/** Rows of one INSERT of points: binding many values at once is much cheaper than many calls. */
const pointsAtOnce = 50;
const insertPoints = (rows: number): string =>
  `INSERT OR REPLACE INTO points (series, seq, time, step, value) VALUES ${Array(rows).fill('(?, ?, ?, ?, ?)').join(', ')}`;
const insertPoint = insertPoints(1);
const insertManyPoints = insertPoints(pointsAtOnce);

/** Adds the points and artifacts among new events of a run. */
export function storeEvents(index: IndexDatabase, id: number, events: readonly JournalEvent[]): void {
  const seriesIds = new Map<string, number>();
  let waiting: (number | null)[] = [];
  for (const event of events) {
    if (event.kind === 'artifact') storeArtifact(index, id, event);
    if (event.kind !== 'metric') continue;
    const name = event.context ? seriesName(event.key, event.context) : event.key;
    let series = seriesIds.get(name);
    if (series === undefined) {
      series = seriesId(index, id, searchText(name), event);
      seriesIds.set(name, series);
    }
    // SQLite keeps no NaN: a point without a value is one
    const value = jsonNumber(event.value) ?? Number.NaN;
    waiting.push(series, event.seq, event.time, event.step ?? null, Number.isNaN(value) ? null : value);
    if (waiting.length < 5 * pointsAtOnce) continue;
    index.prepare(insertManyPoints).run(...waiting);
    waiting = [];
  }
  for (let at = 0; at < waiting.length; at += 5) index.prepare(insertPoint).run(...waiting.slice(at, at + 5));
}

function seriesId(index: IndexDatabase, run: number, name: string, event: MetricEvent): number {
  const found = index.get<{ id: number }>('SELECT id FROM series WHERE run = ? AND name = ?', run, name);
  if (found) return found.id;
  const context = event.context ? JSON.stringify(event.context) : null;
  return index.run(
    'INSERT INTO series (run, name, key, context) VALUES (?, ?, ?, ?)',
    run,
    name,
    searchText(event.key),
    context,
  );
}

function storeArtifact(
  index: IndexDatabase,
  id: number,
  event: Extract<JournalEvent, { kind: 'artifact' }>,
): void {
  const { artifact } = event;
  index.run(
    'INSERT OR REPLACE INTO artifacts (run, key, digest, kind, created_at, seq, record) VALUES (?, ?, ?, ?, ?, ?, ?)',
    id,
    artifact.key,
    artifact.digest,
    artifact.kind,
    event.time,
    event.seq,
    JSON.stringify(artifact),
  );
}

/** Removes everything of a run from the index. */
export function forgetRun(index: IndexDatabase, project: string, uid: string): void {
  const row = index.get<{ id: number }>('SELECT id FROM runs WHERE project = ? AND uid = ?', project, uid);
  if (!row) return;
  forgetEvents(index, row.id);
  index.run('DELETE FROM fields WHERE run = ?', row.id);
  index.run('DELETE FROM runs WHERE id = ?', row.id);
}

/** Removes what came from a run's events, before they are read again from the start. */
export function forgetEvents(index: IndexDatabase, id: number): void {
  index.run('DELETE FROM points WHERE series IN (SELECT id FROM series WHERE run = ?)', id);
  index.run('DELETE FROM series WHERE run = ?', id);
  index.run('DELETE FROM artifacts WHERE run = ?', id);
}
