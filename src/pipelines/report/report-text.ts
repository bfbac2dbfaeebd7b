import { renderDuration } from '../../core/duration.ts';
import type { Json } from '../../core/json.ts';
import type { RunState, StepRecord } from '../../tracking/run.ts';

/** How long something took, in words; empty when it never began or has not ended. */
export function took({ startedAt, endedAt }: Pick<StepRecord, 'startedAt' | 'endedAt'>): string {
  if (startedAt === undefined || endedAt === undefined) return '';
  return renderDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}

const labels: Readonly<Record<RunState | 'cached', string>> = {
  created: 'never started',
  pending: 'pending',
  running: 'running',
  completed: 'completed',
  cached: 'cached',
  error: 'failed',
  aborted: 'cancelled',
  lost: 'lost',
  skipped: 'skipped',
};

/** A state as people call it. */
export function stateLabel(state: RunState | 'cached'): string {
  return labels[state];
}

/** What a step is shown as. */
export function shownState(step: StepRecord): RunState | 'cached' {
  return step.cached ? 'cached' : step.state;
}

/** Id of a step's row in the page. */
export function anchorOf(id: string): string {
  return `step-${encodeURIComponent(id)}`;
}

/** A value on one line, shortened where it is long. */
export function shortJson(value: Json, length: number = 120): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** A number with four digits that matter. */
export function shortNumber(value: number | string): string {
  if (typeof value === 'string' || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}
