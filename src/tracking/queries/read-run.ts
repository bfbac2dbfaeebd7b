import type { ErrorRecord } from '../../core/error.ts';
import type { RunRecord } from '../run.ts';
import type { RunDraft } from '../run-draft.ts';
import { overlaidRecord, type RunOverlay } from '../run-overlay.ts';
import { all, type Query } from './query.ts';

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
export function* readRecord(row: RecordRow): Query<RunRecord> {
  const draft = JSON.parse(row.draft) as RunDraft;
  const children = draft.trials.length > 0 ? yield* readChildren(row.project, draft.uid) : undefined;
  const overlay = row.overlay ? (JSON.parse(row.overlay) as RunOverlay) : undefined;
  const record = overlaidRecord(draft, overlay, children);
  return row.corrupt ? { ...record, state: 'error', error: JSON.parse(row.corrupt) as ErrorRecord } : record;
}

function* readChildren(project: string, parent: string): Query<ReadonlyMap<string, RunRecord>> {
  const rows = yield* all<RecordRow>(
    `SELECT ${recordColumns} FROM runs r ${overlayJoin} WHERE r.project = ? AND r.parent = ?`,
    project,
    parent,
  );
  const records = new Map<string, RunRecord>();
  for (const row of rows) {
    const record = yield* readRecord(row);
    records.set(record.uid, record);
  }
  return records;
}
