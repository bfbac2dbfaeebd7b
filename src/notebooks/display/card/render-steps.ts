import { renderDuration } from '../../../core/duration.ts';
import type { Json } from '../../../core/json.ts';
import type { StepRecord } from '../../../tracking/run.ts';
import { stateMarks } from '../../../tracking/state-marks.ts';
import { oneLine, renderPlural, shortValue } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import type { RunView, StepView } from '../run/run-view.ts';
import { placeOf } from './render-fault.ts';
import { renderGraph } from './render-graph.ts';
import { renderLines } from './render-log.ts';

/** Steps of a pipeline: how they hang together, then each with state, time, results or why not, and its output. */
export function renderSteps({ record, steps: views, now }: RunView): Html | undefined {
  const { steps } = record;
  if (steps === undefined || steps.length === 0) return undefined;
  const rows = steps.map((step) => renderStep(step, views.get(step.id), now));
  return html`<section><h4>Steps</h4>${renderGraph(steps, views)}${rows}</section>`;
}

function renderStep(step: StepRecord, view: StepView | undefined, now: number): Html {
  const called = step.function === step.id ? undefined : html` <span class="dim">${step.function}</span>`;
  const what = detailOf(step, view);
  return html`<div class="step ${step.state}"><div class="row"><span class="dot" title="${step.state}">${stateMarks[step.state]}</span><span class="id">${step.id}${called}</span><span class="what dim" title="${what}">${what}</span><span class="dim">${timeOf(step, now)}</span></div>${renderStepLog(step, view)}</div>`;
}

/** The output of a step that failed or runs is open. */
function renderStepLog({ state }: StepRecord, view: StepView | undefined): Html | undefined {
  if (view === undefined || view.log.count === 0) return undefined;
  const { log } = view;
  const count =
    log.lines.length === log.count
      ? renderPlural(log.count, 'line')
      : `last ${log.lines.length} of ${renderPlural(log.count, 'line')}`;
  const body = html`<summary>${count} of output</summary>${renderLines(log)}`;
  return state === 'error' || state === 'running'
    ? html`<details open>${body}</details>`
    : html`<details>${body}</details>`;
}

function detailOf(step: StepRecord, view: StepView | undefined): string {
  if (step.error !== undefined) {
    const place = placeOf(step.error);
    return oneLine(`${step.error.message}${place === '' ? '' : ` (${place})`}`);
  }
  if (step.state === 'completed')
    return [step.cached ? 'cached' : '', resultsText(step.results)].filter((text) => text !== '').join(' · ');
  if (step.reason !== undefined) return oneLine(step.reason);
  const trials = view === undefined || view.trials === 0 ? '' : renderPlural(view.trials, 'trial');
  const attempt = step.attempt === undefined || step.attempt < 2 ? '' : `attempt ${step.attempt}`;
  return [trials, attempt].filter((text) => text !== '').join(' · ');
}

/** The results worth a glance. */
function resultsText(results: Readonly<Record<string, Json>>): string {
  return Object.entries(results)
    .filter(([, value]) => value === null || typeof value !== 'object')
    .filter(([, value]) => typeof value !== 'string' || (value.length <= 40 && !value.includes('://')))
    .slice(0, 5)
    .map(([name, value]) => `${name}=${shortValue(value)}`)
    .join('  ');
}

function timeOf({ startedAt, endedAt }: StepRecord, now: number): string {
  if (startedAt === undefined) return '';
  const end = endedAt === undefined ? now : Date.parse(endedAt);
  return renderDuration(Math.max(0, end - Date.parse(startedAt)));
}
