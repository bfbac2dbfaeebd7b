import { isoTime } from '../../../core/clock.ts';
import { jsonNumber } from '../../../core/json.ts';
import { searchText } from '../../search/search-value.ts';
import type { MetricPoint } from '../../store.ts';
import type { IndexDatabase } from './index-database.ts';

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
