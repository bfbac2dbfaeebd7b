import { renderDuration } from '../../../core/duration.ts';
import { type RunRecord, terminalStates } from '../../../tracking/run.ts';
import { renderPlural } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import { style } from '../html/style.ts';
import type { RunView } from '../run/run-view.ts';
import { renderArtifacts } from './render-artifacts.ts';
import { renderFault } from './render-fault.ts';
import { renderLog } from './render-log.ts';
import { renderMetrics } from './render-metrics.ts';
import { renderSteps } from './render-steps.ts';
import { renderTrials } from './render-trials.ts';
import { renderValues } from './render-values.ts';
import { progressOf } from './run-progress.ts';

/** A run as a card: state, progress, params, results, metrics, steps or trials, artifacts, output, error. No scripts. */
export function renderCard(view: RunView): Html {
  const { record } = view;
  return html`<div class="swy">${style}<div class="${record.state}">${renderHead(view)}${renderBar(view)}</div>${renderFault(record)}${renderSteps(view)}${renderValues(view)}${renderMetrics(view)}${renderTrials(view)}${renderArtifacts(view)}${renderLog(view)}</div>`;
}

function renderHead(view: RunView): Html {
  const { record } = view;
  const { done, total, failed, noun } = progressOf(view) ?? {};
  const facts = [
    elapsed(view),
    ...(noun === undefined || done === undefined
      ? []
      : [isOver(record) && done === total ? renderPlural(done, noun) : ofTotal(done, total, noun)]),
    ...(failed ? [`${failed} failed`] : []),
    ...(record.attempt !== undefined && record.attempt > 1 ? [`attempt ${record.attempt}`] : []),
    ...(record.runtime === undefined ? [] : [record.runtime]),
    ...(record.reason === undefined || record.error?.message.includes(record.reason) ? [] : [record.reason]),
  ].filter((fact) => fact !== '');
  return html`<header><b>${record.name}</b> <span class="state">${record.state}</span> <span class="dim">${facts.join(' · ')}</span> <code class="dim push">${record.uid}</code></header>`;
}

function ofTotal(done: number, total: number | undefined, noun: string): string {
  return total === undefined ? renderPlural(done, noun) : `${done} of ${renderPlural(total, noun)}`;
}

function elapsed({ record, now }: RunView): string {
  if (record.startedAt === undefined) return '';
  const end = record.endedAt === undefined ? now : Date.parse(record.endedAt);
  return renderDuration(Math.max(0, end - Date.parse(record.startedAt)));
}

function renderBar(view: RunView): Html | undefined {
  const { done, total } = progressOf(view) ?? {};
  if (done === undefined || total === undefined || total === 0 || isOver(view.record)) return undefined;
  return html`<div class="bar"><i style="width:${((100 * done) / total).toFixed(1)}%"></i></div>`;
}

const isOver = ({ state }: RunRecord): boolean => terminalStates.has(state);
