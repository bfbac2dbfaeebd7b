import type { IterationRecord, RunRecord } from '../../../tracking/run.ts';
import { isNumeric, oneLine, shortValue } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import type { RunView } from '../run/run-view.ts';

const mostTrials = 15;

/** The trials of a sweep, best first where the sweep has a selector; the best one marked. Nothing before they are known. */
export function renderTrials({ record, selector }: RunView): Html | undefined {
  const trials = (record.iterations ?? []).filter(({ params }) => Object.keys(params).length > 0);
  if (trials.length === 0) return undefined;
  const params = varying(trials, record);
  const scores = scoreNames(trials, selector);
  const shown = ranked(trials, selector).slice(0, mostTrials);
  const head = html`<thead><tr><th class="n">trial</th>${params.map((name) => html`<th class="n">${name}</th>`)}${scores.map((name) => html`<th class="n">${name}</th>`)}<th></th></tr></thead>`;
  const rows = shown.map((trial) =>
    renderTrial(trial, params, scores, trial.iteration === record.bestIteration),
  );
  const more = trials.length - shown.length;
  const chosen = selector === undefined ? '' : ` by ${selector}`;
  return html`<section><h4>Trials${chosen}</h4><table>${head}<tbody>${rows}</tbody></table>${more > 0 ? html`<p class="dim">… ${more} more: run.iterations</p>` : undefined}</section>`;
}

function renderTrial(
  trial: IterationRecord,
  params: readonly string[],
  scores: readonly string[],
  isBest: boolean,
): Html {
  const cell = (value: Parameters<typeof shortValue>[0]): Html =>
    html`<td class="${value === undefined || isNumeric(value) ? 'n' : ''}">${shortValue(value)}</td>`;
  const note = isBest
    ? 'best'
    : trial.state === 'completed'
      ? ''
      : oneLine(trial.error?.message ?? trial.state);
  return html`<tr class="${isBest ? 'best' : ''}"><td class="n">${trial.iteration}</td>${params.map((name) => cell(trial.params[name]))}${scores.map((name) => cell(scoreOf(trial, name)))}<td class="${trial.state}"><span class="${isBest ? '' : 'dot'}">${note}</span></td></tr>`;
}

/** The params that differ between trials. */
function varying(trials: readonly IterationRecord[], record: RunRecord): readonly string[] {
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const first = trials[0];
  const differing = names.filter((name) =>
    trials.some(({ params }) => JSON.stringify(params[name]) !== JSON.stringify(first?.params[name])),
  );
  return (differing.length > 0 ? differing : names.filter((name) => !(name in record.params))).slice(0, 6);
}

const scoreOf = (trial: IterationRecord, name: string): ReturnType<typeof lookUp> => lookUp(trial, name);
const lookUp = ({ results, metrics }: IterationRecord, name: string) => results[name] ?? metrics[name];

/** Results and metrics that are numbers, what the best is chosen by first. */
function scoreNames(trials: readonly IterationRecord[], selector: string | undefined): readonly string[] {
  const wanted = selector === undefined ? [] : [selectorName(selector)];
  const numeric = trials
    .slice(0, 20)
    .flatMap(({ results, metrics }) => Object.entries({ ...metrics, ...results }))
    .filter(([, value]) => isNumeric(value))
    .map(([name]) => name);
  return [...new Set([...wanted, ...numeric])].slice(0, 5);
}

const selectorName = (selector: string): string => selector.replace(/^(?:max|min)\./, '');

function ranked(
  trials: readonly IterationRecord[],
  selector: string | undefined,
): readonly IterationRecord[] {
  if (selector === undefined) return trials;
  const name = selectorName(selector);
  const sign = selector.startsWith('min.') ? 1 : -1;
  const rank = (trial: IterationRecord): number => {
    const value = scoreOf(trial, name);
    return trial.state === 'completed' && typeof value === 'number' ? sign * value : Number.POSITIVE_INFINITY;
  };
  return [...trials].sort((a, b) => compare(rank(a), rank(b)) || a.iteration - b.iteration);
}

/** Infinity less infinity is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
