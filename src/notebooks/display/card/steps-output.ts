import type { RichOutput } from '../../../core/rich-output.ts';
import type { StepRecord } from '../../../tracking/run.ts';
import { renderPlural } from '../html/format.ts';
import { html } from '../html/html.ts';
import type { StepView } from '../run/run-view.ts';
import { renderPanel } from '../value/panel.ts';
import type { GraphStep } from './lay-out-graph.ts';
import { renderGraph } from './render-graph.ts';

/** A pipeline that has not run: its steps and how they hang together. */
export function stepsOutput(name: string, text: string, steps: readonly GraphStep[]): RichOutput {
  const records = steps.map(
    ({ id }): StepRecord => ({ id, function: id, state: 'pending', cached: false, results: {} }),
  );
  const views = new Map(
    steps.map(({ id, dependencies }): [string, StepView] => [
      id,
      { dependencies, log: { lines: [], count: 0 }, trials: 0 },
    ]),
  );
  const graph = renderGraph(records, views);
  const body = html`<section><pre>${text}</pre></section>${graph && html`<section>${graph}</section>`}`;
  const facts = steps.length === 0 ? 'pipeline' : `pipeline · ${renderPlural(steps.length, 'step')}`;
  return { bundle: { 'text/html': renderPanel({ title: name, facts, body }).markup, 'text/plain': text } };
}
