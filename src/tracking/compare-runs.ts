import { type Json, jsonNumber } from '../core/json.ts';

/** One run, or one trial of a sweep, as a column of a comparison. */
export interface Compared {
  readonly uid: string;
  readonly name: string;
  readonly state: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly results: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, number | string>>;
}

export interface ComparisonRow {
  readonly kind: 'param' | 'result' | 'metric';
  readonly key: string;
  /** One a run, in their order; null where a run has none. */
  readonly values: readonly (Json | null)[];
  readonly differs: boolean;
  /** Whether more or less is better, for numbers. */
  readonly better?: 'max' | 'min';
  /** Position of the best value; the first of equals, never NaN. */
  readonly best?: number;
}

export interface Comparison {
  readonly runs: readonly Pick<Compared, 'uid' | 'name' | 'state'>[];
  readonly rows: readonly ComparisonRow[];
}

export interface Judgement {
  readonly key: string;
  readonly better: 'max' | 'min';
}

export interface CompareOptions {
  /** `max.accuracy` or `min.loss`: only this key is judged, in this way. */
  readonly selector?: Judgement;
  /** Also the params that are the same everywhere. */
  readonly all: boolean;
}

const lessIsBetter =
  /(^|[^a-z])(loss|err|error|errors|mse|rmse|mae|mape|logloss|perplexity|latency|duration|time|seconds|ms|cost)([^a-z]|$)/i;

/** Sets runs side by side: params that differ, then results and metrics with the best of each marked. */
export function compareRuns(runs: readonly Compared[], options: CompareOptions): Comparison {
  const params = rowsOf(
    'param',
    runs.map((run) => run.params),
  );
  const measured = [
    ...rowsOf(
      'result',
      runs.map((run) => run.results),
    ),
    // a value that is both a result and a metric is shown once
    ...rowsOf(
      'metric',
      runs.map((run) => run.metrics),
    ).filter(
      (row) =>
        !runs.every((run) => JSON.stringify(run.results[row.key]) === JSON.stringify(run.metrics[row.key])),
    ),
  ];
  return {
    runs: runs.map(({ uid, name, state }) => ({ uid, name, state })),
    rows: [
      ...params.filter((row) => options.all || row.differs),
      ...measured.map((row) => judge(row, options.selector)),
    ],
  };
}

function rowsOf(
  kind: ComparisonRow['kind'],
  records: readonly Readonly<Record<string, Json>>[],
): readonly ComparisonRow[] {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return keys.map((key) => {
    const values = records.map((record) => record[key] ?? null);
    return { kind, key, values, differs: new Set(values.map((value) => JSON.stringify(value))).size > 1 };
  });
}

function judge(row: ComparisonRow, selector: Judgement | undefined): ComparisonRow {
  if (selector && selector.key !== row.key) return row;
  return judgeRow(row, selector?.better ?? betterOf(row.key));
}

/** Whether less or more of something is better, by its name. */
export function betterOf(key: string): 'max' | 'min' {
  return lessIsBetter.test(key.replace(/([a-z])([A-Z])/g, '$1_$2')) ? 'min' : 'max';
}

/** Marks the best value of a row. Nothing is marked where all are the same or one is no number. */
export function judgeRow(row: ComparisonRow, better: 'max' | 'min'): ComparisonRow {
  const best = bestOf(row.values, better);
  return best === undefined || !row.differs ? row : { ...row, better, best };
}

function bestOf(values: readonly (Json | null)[], better: 'max' | 'min'): number | undefined {
  let best: number | undefined;
  let bestValue = Number.NaN;
  for (const [at, json] of values.entries()) {
    const value = json === null ? undefined : jsonNumber(json);
    if (value === undefined || Number.isNaN(value)) {
      if (value === undefined && json !== null) return undefined;
      continue;
    }
    if (best === undefined || (better === 'max' ? value > bestValue : value < bestValue)) {
      best = at;
      bestValue = value;
    }
  }
  return best;
}
