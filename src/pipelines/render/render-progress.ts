import { renderDuration } from '../../core/duration.ts';
import { type RunState, terminalStates } from '../../tracking/run.ts';
import { stateMarks } from '../../tracking/state-marks.ts';
import type { PipelineEvent } from '../pipeline-event.ts';
import type { PipelineProgress, StepProgress } from './progress.ts';
import { clip, renderColumns } from './render-columns.ts';
import { headline, oneLine } from './render-headline.ts';

export interface ProgressStyle {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Characters a line may have. @default 100 */
  readonly width?: number;
  /** Steps shown at most; the ones that have ended give way first. @default 30 */
  readonly rows?: number;
  /** Colours a state's mark. @default plain */
  readonly paint?: (state: RunState, text: string) => string;
}

/** The whole display as text, for a terminal that draws it again on every event and second. Never wider than `width`. */
export function renderProgress(progress: PipelineProgress, style: ProgressStyle): string {
  const { now, width = 100, rows = 30, paint = (_state, text) => text } = style;
  const ended = progress.steps.filter((step) => terminalStates.has(step.state)).length;
  const took = renderDuration(Math.max(0, (progress.endedAt ?? now) - progress.startedAt));
  const shown = fitRows(progress.steps, rows);
  const hidden = progress.steps.length - shown.length;
  const table = renderColumns(
    shown.map((step) => [step.id, duration(step, now), detail(step, progress)]),
  ).split('\n');
  return [
    clip(`${progress.name} · ${ended} of ${progress.steps.length} steps · ${took}`, width),
    ...(hidden > 0 ? [clip(`  … ${hidden} more`, width)] : []),
    ...shown.map(
      (step, i) => `  ${paint(step.state, stateMarks[step.state])} ${clip(table[i] ?? '', width - 4)}`,
    ),
  ].join('\n');
}

/** One line for an event, where nothing can be drawn again; undefined for what is not worth a line there. */
export function renderProgressLine(progress: PipelineProgress, event: PipelineEvent): string | undefined {
  switch (event.type) {
    case 'started':
      return `${event.plan.metadata.name}: started, ${progress.steps.length} steps, run ${event.uid}`;
    case 'ended':
      return `${event.record.name}: ${event.record.state} after ${renderDuration(Math.max(0, event.time - progress.startedAt))}`;
    case 'attempt':
      return `${event.step}: attempt ${event.attempt} follows: ${oneLine(event.error.message)}`;
    case 'step': {
      const step = progress.steps.find((one) => one.id === event.step);
      if (step === undefined) return undefined;
      const took = duration(step, event.time);
      const more = event.state === 'running' ? '' : detail(step, progress);
      return `${step.id}: ${event.state}${took === '' || event.state === 'running' ? '' : ` after ${took}`}${more === '' ? '' : ` · ${more}`}`;
    }
    case 'trial':
    case 'log':
      return undefined;
  }
}

function duration(step: StepProgress, now: number): string {
  if (step.startedAt === undefined) return '';
  return renderDuration(Math.max(0, (step.endedAt ?? now) - step.startedAt));
}

function detail(step: StepProgress, progress: PipelineProgress): string {
  if (step.error !== undefined) return oneLine(step.error.message);
  if (step.state === 'completed' && step.items === undefined) return headline(step.results ?? {});
  if (step.reason !== undefined) return oneLine(step.reason);
  if (step.state === 'created') return waitsFor(step, progress);
  const trials = step.trials === undefined ? '' : step.trials === 1 ? '1 trial' : `${step.trials} trials`;
  const attempt = step.attempt === undefined || step.attempt < 2 ? '' : `attempt ${step.attempt}`;
  const items =
    step.items === undefined || step.items.total === 0
      ? ''
      : `${step.items.ended} of ${step.items.total} items`;
  return [items, trials, attempt].filter((text) => text !== '').join(' · ');
}

function waitsFor(step: StepProgress, progress: PipelineProgress): string {
  const ended = new Set(progress.steps.filter((one) => terminalStates.has(one.state)).map((one) => one.id));
  const open = step.dependencies.filter((id) => !ended.has(id));
  return open.length === 0 ? '' : `waits for ${open.join(', ')}`;
}

/** What matters most when not all rows fit: running, then failed, then next ones, then the rest; in plan order. */
function fitRows(steps: readonly StepProgress[], rows: number): readonly StepProgress[] {
  if (steps.length <= rows) return steps;
  const rank = (step: StepProgress): number =>
    step.state === 'running'
      ? 0
      : step.state === 'error' || step.state === 'lost'
        ? 1
        : terminalStates.has(step.state)
          ? 3
          : 2;
  const chosen = new Set([...steps].sort((a, b) => rank(a) - rank(b)).slice(0, rows));
  return steps.filter((step) => chosen.has(step));
}
