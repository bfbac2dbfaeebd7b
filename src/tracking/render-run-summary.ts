import { renderDuration } from '../core/duration.ts';
import type { SourceLocation } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type { RunRecord } from './run.ts';

/** A run in a few plain lines: state, params, results, metrics, artifacts, error. For notebooks and terminals without colour. */
export function renderRunSummary(record: RunRecord): string {
  const lines = [
    renderRunHeadline(record),
    pairs('params', record.params),
    pairs('results', record.results),
    pairs('metrics', record.metrics),
    record.bestIteration === undefined
      ? undefined
      : `  best       trial ${record.bestIteration} of ${record.iterations?.length ?? 0}`,
    ...record.artifacts.map(
      (artifact, i) =>
        `  ${i === 0 ? 'artifacts' : '         '}  ${artifact.key} (${artifact.kind})  ${artifact.uri}`,
    ),
    record.error ? `  error      ${record.error.code}: ${record.error.message}` : undefined,
    ...(record.error ? place(record.error) : []),
    record.error?.hint ? `  hint       ${record.error.hint}` : undefined,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

function place({ notebook, file, cell, line }: SourceLocation): readonly string[] {
  const parts = [
    notebook ?? file,
    ...(cell === undefined ? [] : [`cell ${cell}`]),
    ...(line === undefined ? [] : [`line ${line}`]),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? [] : [`  at         ${parts.join(', ')}`];
}

/** `train · completed in 1.2 s · 01j…` */
export function renderRunHeadline(record: RunRecord): string {
  const took =
    record.startedAt && record.endedAt
      ? ` in ${renderDuration(Date.parse(record.endedAt) - Date.parse(record.startedAt))}`
      : '';
  return `${record.name} · ${record.state}${took} · ${record.uid}`;
}

function pairs(title: string, values: Readonly<Record<string, Json>>): string | undefined {
  const entries = Object.entries(values);
  if (entries.length === 0) return undefined;
  return `  ${title.padEnd(9)}  ${entries.map(([key, value]) => `${key}=${renderValue(value)}`).join('  ')}`;
}

/** A value in short: numbers to six significant digits, texts as they are, the rest as JSON cut at 80 characters. */
export function renderValue(value: Json): string {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
