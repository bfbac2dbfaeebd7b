import { renderDuration } from '../../core/duration.ts';
import type { Json } from '../../core/json.ts';
import type { ArtifactRecord, RunRecord } from '../../tracking/run.ts';
import type { Colors } from '../session.ts';
import { singleLine } from './display-width.ts';
import { renderBytes, renderValue } from './render-value.ts';
import { stateStyle } from './state-style.ts';

/** How long a run took, or has taken so far; empty when it has not begun. */
export function renderTook(record: Pick<RunRecord, 'startedAt' | 'endedAt'>, now?: number): string {
  const end = record.endedAt === undefined ? now : Date.parse(record.endedAt);
  if (record.startedAt === undefined || end === undefined) return '';
  return renderDuration(Math.max(0, end - Date.parse(record.startedAt)));
}

/** A run that has ended, for people: state, params, results, metrics, artifacts, and the command that shows more. */
export function renderRunResult(record: RunRecord, colors: Colors): string {
  const took = renderTook(record);
  const lines = [
    `${colors.bold(record.name)} ${stateStyle(colors, record.state)(record.state)}${took ? ` in ${took}` : ''}  ${colors.dim(record.uid)}`,
    ...renderBlock('params', record.params, colors),
    ...renderBlock('results', record.results, colors),
    ...renderBlock('metrics', record.metrics, colors),
    ...renderSweepLines(record, colors),
    ...renderArtifactLines(record.artifacts, colors),
    '',
    `${colors.dim('more:')} slipway describe ${record.uid}${record.state === 'error' ? `   slipway logs ${record.uid}` : ''}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A titled block of `key  value` lines; nothing for no entries. */
export function renderBlock(
  title: string,
  values: Readonly<Record<string, Json>>,
  colors: Colors,
): readonly string[] {
  const entries = Object.entries(values);
  const width = Math.max(0, ...entries.map(([key]) => key.length));
  return entries.map(([key, value], at) => {
    const head = (at === 0 ? title : '').padEnd(10);
    return `  ${colors.dim(head)} ${key.padEnd(width)}  ${singleLine(renderValue(value))}`;
  });
}

function renderSweepLines(record: RunRecord, colors: Colors): readonly string[] {
  if (!record.iterations) return [];
  const failed = record.failedIterations ? `, ${record.failedIterations} failed` : '';
  const best = record.iterations.find((each) => each.iteration === record.bestIteration);
  const count = `${record.iterations.length} trials${failed}`;
  if (!best) return [`  ${colors.dim('sweep'.padEnd(10))} ${count}`];
  return [
    `  ${colors.dim('sweep'.padEnd(10))} ${count}, best is trial ${best.iteration}`,
    ...renderBlock('best', best.params, colors),
  ];
}

/** Artifacts one a line: key, kind, size, URI. */
export function renderArtifactLines(artifacts: readonly ArtifactRecord[], colors: Colors): readonly string[] {
  const key = Math.max(0, ...artifacts.map((artifact) => artifact.key.length));
  return artifacts.map((artifact, at) => {
    const head = colors.dim((at === 0 ? 'artifacts' : '').padEnd(10));
    const what = `${artifact.kind.padEnd(7)} ${renderBytes(artifact.size).padStart(8)}`;
    return `  ${head} ${artifact.key.padEnd(key)}  ${what}  ${artifact.uri}`;
  });
}
