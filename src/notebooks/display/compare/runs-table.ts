import { renderDuration } from '../../../core/duration.ts';
import type { Json } from '../../../core/json.ts';
import { betterOf, type ComparisonRow, compareRuns, judgeRow } from '../../../tracking/compare-runs.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import { isNumeric, shortValue } from '../html/format.ts';

/** What a table of runs shows. */
export interface RunsTableOptions {
  /**
   * Results and metrics to show, in this order: `accuracy`, or `max.accuracy` and `min.loss` to say which is better.
   * @default all that are numbers
   */
  readonly metrics?: readonly string[];
  /** Params to show. @default those that differ */
  readonly params?: readonly string[];
}

/** Runs below each other, what they are compared by side by side. */
export interface RunsTable {
  readonly columns: readonly RunsColumn[];
  readonly rows: readonly RunsRow[];
}

export interface RunsColumn {
  readonly title: string;
  readonly isNumber: boolean;
}

export interface RunsRow {
  readonly uid: string;
  readonly name: string;
  readonly state: RunRecord['state'];
  /** ISO 8601, to the minute. */
  readonly started: string;
  readonly took: string;
  /** One a column. */
  readonly values: readonly { readonly text: string; readonly isBest: boolean }[];
}

const mostParams = 8;
const mostMetrics = 12;

/** Compares runs: of every metric the best value is marked, of equals the first. */
export function runsTable(runs: readonly RunRecord[], options: RunsTableOptions = {}): RunsTable {
  const { rows } = compareRuns(runs, { all: true });
  const columns = [...paramColumns(rows, options.params), ...metricColumns(rows, options.metrics)];
  return {
    columns: columns.map(({ key, kind, values }) => ({
      // a result and a metric of one name may differ
      title: columns.filter((other) => other.key === key).length > 1 ? `${kind} ${key}` : key,
      isNumber: values.every((value) => value === null || isNumeric(value)),
    })),
    rows: runs.map((run, at) => ({
      uid: run.uid,
      name: run.name,
      state: run.state,
      started: (run.startedAt ?? run.createdAt).slice(0, 16).replace('T', ' '),
      took: took(run),
      values: columns.map(({ values, best }) => ({
        text: shortValue(values[at] ?? undefined),
        isBest: best === at,
      })),
    })),
  };
}

function paramColumns(
  rows: readonly ComparisonRow[],
  wanted: readonly string[] | undefined,
): readonly ComparisonRow[] {
  const params = rows.filter(({ kind }) => kind === 'param');
  if (wanted === undefined) return params.filter(({ differs }) => differs).slice(0, mostParams);
  return wanted.map((key) => params.find((row) => row.key === key) ?? emptyRow('param', key, rows));
}

function metricColumns(
  rows: readonly ComparisonRow[],
  wanted: readonly string[] | undefined,
): readonly ComparisonRow[] {
  const measured = rows.filter(({ kind }) => kind !== 'param');
  if (wanted === undefined)
    return measured
      .filter(({ values }) => values.some(isNumeric) && values.every((value) => !isStructure(value)))
      .slice(0, mostMetrics);
  return wanted.map((selector) => {
    const [, direction, key = selector] = /^(?:(max|min)\.)?(.+)$/.exec(selector) ?? [];
    const row = measured.find((each) => each.key === key);
    if (row === undefined) return emptyRow('metric', key, rows);
    return judgeRow(row, direction === 'max' || direction === 'min' ? direction : betterOf(key));
  });
}

const isStructure = (value: Json | null): boolean => typeof value === 'object' && value !== null;

const emptyRow = (
  kind: ComparisonRow['kind'],
  key: string,
  rows: readonly ComparisonRow[],
): ComparisonRow => ({
  kind,
  key,
  values: rows[0]?.values.map(() => null) ?? [],
  differs: false,
});

function took({ startedAt, endedAt }: RunRecord): string {
  if (startedAt === undefined || endedAt === undefined) return '';
  return renderDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}
