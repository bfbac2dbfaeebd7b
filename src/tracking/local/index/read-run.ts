import { isoTime } from '../../../core/clock.ts';
import type { ErrorRecord } from '../../../core/error.ts';
import { jsonNumber } from '../../../core/json.ts';
import type { RunRecord } from '../../run.ts';
import type { RunDraft } from '../../run-draft.ts';
import { overlaidRecord, type RunOverlay } from '../../run-overlay.ts';
import { searchText } from '../../search/search-value.ts';
import type { MetricPoint } from '../../store.ts';
import type { IndexDatabase } from './index-database.ts';

/** What of a run's row its record is made of. */
export interface RecordRow {
  readonly project: string;
  readonly draft: string;
  readonly overlay: string | null;
  readonly corrupt: string | null;
}

/** Columns and join for `RecordRow`s from `runs r`. */
export const recordColumns =
  'r.project AS project, r.draft AS draft, r.corrupt AS corrupt, o.overlay AS overlay';
export const overlayJoin = 'LEFT JOIN overlays o ON o.project = r.project AND o.uid = r.uid';

/** The record of a run as the index has it. A damaged journal shows as an error of the run, with what could be read. */
export function readRecord(index: IndexDatabase, row: RecordRow): RunRecord {
  const draft = JSON.parse(row.draft) as RunDraft;
  const children = draft.trials.length > 0 ? readChildren(index, row.project, draft.uid) : undefined;
  const overlay = row.overlay ? (JSON.parse(row.overlay) as RunOverlay) : undefined;
  const record = overlaidRecord(draft, overlay, children);
  return row.corrupt ? { ...record, state: 'error', error: JSON.parse(row.corrupt) as ErrorRecord } : record;
}

function readChildren(index: IndexDatabase, project: string, parent: string): ReadonlyMap<string, RunRecord> {
  const rows = index.all<RecordRow>(
    `SELECT ${recordColumns} FROM runs r ${overlayJoin} WHERE r.project = ? AND r.parent = ?`,
    project,
    parent,
  );
  const records = rows.map((row) => readRecord(index, row));
  return new Map(records.map((record) => [record.uid, record]));
}

interface PointRow {
  readonly key: string;
  readonly context: string | null;
  readonly time: number;
  readonly step: number | null;
  readonly value: number | null;
}

/** Points of a run in the order they were logged; of one key (all its contexts) or one series if given. */
export function readPoints(
  index: IndexDatabase,
  run: { project: string; uid: string },
  key: string | undefined,
): readonly MetricPoint[] {
  const rows = index.all<PointRow>(
    `SELECT s.key AS key, s.context AS context, p.time AS time, p.step AS step, p.value AS value
     FROM runs r JOIN series s ON s.run = r.id JOIN points p ON p.series = s.id
     WHERE r.project = ? AND r.uid = ? ${key === undefined ? '' : 'AND (s.key = ? OR s.name = ?)'} ORDER BY p.seq`,
    run.project,
    run.uid,
    ...(key === undefined ? [] : [searchText(key), searchText(key)]),
  );
  return rows.map((row) => ({
    key: row.key,
    value: storedValue(row.value),
    ...(row.step === null ? {} : { step: row.step }),
    time: isoTime(row.time),
    ...(row.context === null ? {} : { context: JSON.parse(row.context) as Record<string, string> }),
  }));
}

function storedValue(value: number | null): number | string {
  const number = jsonNumber(value ?? 'NaN') ?? Number.NaN;
  return Number.isFinite(number) ? number : String(number);
}
