import { canonicalJson, type Json } from '../core/json.ts';
import type { IterationRecord } from '../tracking/run.ts';

/**
 * The trials as CSV (RFC 4180, LF), a row a trial in order of their numbers: `iteration`, `state`, then `params.…`,
 * `results.…`, `metrics.…` for every name that any trial has, then `error` and `uid`. Values that are no scalars are JSON.
 */
export function renderTrialsTable(trials: readonly IterationRecord[]): string {
  const groups = (['params', 'results', 'metrics'] as const).map((group) => ({
    group,
    names: [...new Set(trials.flatMap((trial) => Object.keys(trial[group])))],
  }));
  const header = groups.flatMap(({ group, names }) => names.map((name) => `${group}.${name}`));
  const rows = [...trials]
    .sort((a, b) => a.iteration - b.iteration)
    .map((trial) => [
      trial.iteration,
      trial.state,
      ...groups.flatMap(({ group, names }) => names.map((name) => trial[group][name])),
      trial.error === undefined ? undefined : `${trial.error.code}: ${trial.error.message}`,
      trial.uid,
    ]);
  return [['iteration', 'state', ...header, 'error', 'uid'], ...rows]
    .map((row) => `${row.map(renderCell).join(',')}\n`)
    .join('');
}

function renderCell(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'object' ? canonicalJson(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
