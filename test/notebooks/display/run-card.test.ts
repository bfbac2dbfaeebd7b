import { describe, expect, it } from 'vitest';
import { saveDataset } from '../../../src/data/save-dataset.ts';
import { saveModel } from '../../../src/data/save-model.ts';
import { savePlot } from '../../../src/data/save-plot.ts';
import { renderCard } from '../../../src/notebooks/display/card/render-card.ts';
import { renderCardText } from '../../../src/notebooks/display/card/render-card-text.ts';
import { viewRun } from '../../../src/notebooks/display/run/view-run.ts';
import type { EventBody } from '../../../src/tracking/journal-event.ts';
import { renderRunSummary } from '../../../src/tracking/render-run-summary.ts';
import { unbalanced, visibleText } from './markup.ts';
import { createStore, type RunOptions, recordRun } from './recorded-run.ts';

interface ShownCard {
  readonly markup: string;
  /** What a reader of the card sees. */
  readonly seen: string;
  /** The plain twin. */
  readonly text: string;
}

/** The card of a run with these events. */
async function cardOf(events: readonly EventBody[], options: RunOptions = {}): Promise<ShownCard> {
  const { store, record } = await recordRun(events, options);
  const view = await viewRun(store, record);
  const { markup } = renderCard(view);
  expect(unbalanced(markup)).toEqual([]);
  expect(markup).not.toMatch(/<script|(?:src|href)="(?!data:)/);
  expect(markup.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+=/);
  return { markup, seen: visibleText(markup), text: renderCardText(view, renderRunSummary(record)) };
}

const completed: EventBody = { kind: 'state', state: 'completed' };
const points = (key: string, values: readonly (number | string)[]): readonly EventBody[] =>
  values.map((value, step) => ({ kind: 'metric', key, value, step }));

describe('the card of a run', () => {
  it('says what ran, how it ended, with which params and what came of it', async () => {
    const { seen, text } = await cardOf(
      [
        { kind: 'result', key: 'accuracy', value: 0.97123456 },
        { kind: 'result', key: 'rows', value: 0 },
        completed,
      ],
      { name: 'train', params: { depth: 4, note: 'a b' } },
    );
    expect(seen).toMatch(
      /^train completed [\d.]+ m?s \w{26} Params depth 4 note a b Results accuracy 0\.971235 rows 0$/,
    );
    expect(text).toMatch(
      /^train · completed in .*\n {2}params {5}depth=4 {2}note=a b\n {2}results {4}accuracy=0\.971235 {2}rows=0$/,
    );
  });

  it('draws the course of each metric and gives its latest value and range', async () => {
    const { markup, seen } = await cardOf([...points('loss', [3, 1, 2]), ...points('once', [7]), completed]);
    expect(seen).toContain('Metrics latest min max points loss 2 1 3 3 once 7 1');
    const [, line = ''] = /<polyline points="([^"]*)"/.exec(markup) ?? [];
    const heights = line.split(' ').map((point) => Number(point.split(',')[1]));
    expect(heights).toHaveLength(3);
    // the higher the value, the nearer to the top
    expect(heights[0]).toBeLessThan(heights[2] ?? 0);
    expect(heights[2]).toBeLessThan(heights[1] ?? 0);
  });

  it('takes values that are no numbers, and ones that never change', async () => {
    const { markup, seen } = await cardOf([
      ...points('broken', ['NaN', 'Infinity', 'NaN']),
      ...points('flat', [5, 5, 5]),
      completed,
    ]);
    expect(seen).toContain('broken NaN 3 flat 5 5 5 3');
    expect(markup).not.toMatch(/points="[^"]*NaN/);
  });

  it('keeps text of users from being markup', async () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const { markup, seen } = await cardOf(
      [
        { kind: 'result', key: evil, value: evil },
        ...points(evil, [1, 2]),
        {
          kind: 'state',
          state: 'error',
          error: { code: 'USER_CODE_FAILED', message: evil, sourceLine: evil, line: 1 },
        },
      ],
      { name: 'train', params: { [evil]: evil }, output: `${evil}\n` },
    );
    expect(markup).not.toContain('<img');
    expect(seen).toContain(`Output 1 line ${evil}`);
  });

  it('names code, place and source line of a failure, and what to do', async () => {
    const error = {
      code: 'USER_CODE_FAILED',
      message: 'TypeError: no such depth 4',
      hint: 'give a depth that exists',
      notebook: 'nb.ipynb',
      cell: 5,
      line: 3,
      column: 9,
      sourceLine: '  throw new TypeError();',
    };
    const { markup, seen } = await cardOf([{ kind: 'state', state: 'error', error }]);
    expect(seen).toContain(
      'USER_CODE_FAILED TypeError: no such depth 4 at nb.ipynb, cell 5, line 3 3 | throw new TypeError(); ^ hint: give a depth that exists',
    );
    const [source, mark] = /<pre>(3 \|[^<]*)<\/pre>/.exec(markup)?.[1]?.split('\n') ?? [];
    expect(source?.slice(mark?.indexOf('^'))).toBe('new TypeError();');
  });

  it('keeps the last lines of a long output and says how many there were', async () => {
    const output = Array.from({ length: 5000 }, (_, i) => `line ${i + 1}\n`).join('');
    const { seen, text } = await cardOf([completed], { output });
    expect(seen).toMatch(
      /Output last 200 of 5,000 lines · all of them: slipway logs \w{26} line 4801 line 4802 .* line 5000$/,
    );
    expect(text).toMatch(
      / {2}output, last 20 of 5,000 lines \(slipway logs \w{26}\)\n {4}line 4981\n[\s\S]*\n {4}line 5000$/,
    );
  });

  it('shows plots as images and datasets by their first rows', async () => {
    const store = createStore();
    const target = { project: 'demo', producer: 'run' };
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"></svg>';
    const plot = await savePlot(store, { ...target, key: 'roc' }, svg, { title: 'ROC curve' });
    const rows = Array.from({ length: 12 }, (_, i) => ({ id: i, name: i === 1 ? null : `n${i}` }));
    const dataset = await saveDataset(store, { ...target, key: 'rows' }, rows);
    const { markup, seen } = await cardOf(
      [
        { kind: 'artifact', artifact: plot.record },
        { kind: 'artifact', artifact: dataset.record },
        completed,
      ],
      { store },
    );
    const [, data = ''] = /src="data:image\/svg\+xml;base64,([^"]*)"/.exec(markup) ?? [];
    expect(Buffer.from(data, 'base64').toString()).toBe(svg);
    expect(seen).toContain('roc: ROC curve');
    expect(seen).toMatch(/rows dataset [\d.]+ k?B 12 rows, 2 columns/);
    expect(seen).toContain('first rows of rows id name integer string 0 n0 1 – 2 n2 3 n3 4 n4');
    expect(seen).not.toContain('n5');
  });

  it('says of models and plots in words and rounded numbers what they are', async () => {
    const store = createStore();
    const target = { project: 'demo', producer: 'run' };
    const model = await saveModel(
      store,
      { ...target, key: 'line' },
      { files: { 'weights.json': { json: [1] } }, metrics: { explained: 0.7589925193571179, rows: 344 } },
    );
    const bars = await savePlot(store, { ...target, key: 'bars' }, { data: { values: [] }, mark: 'bar' });
    const curve = await savePlot(
      store,
      { ...target, key: 'curve' },
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
    );
    const { seen } = await cardOf(
      [
        ...[model, bars, curve].map(({ record }) => ({ kind: 'artifact', artifact: record }) as const),
        completed,
      ],
      { store },
    );
    expect(seen).toMatch(/line model [\d.]+ k?B explained 0\.758993, rows 344/);
    expect(seen).toMatch(/bars plot [\d.]+ k?B Vega-Lite plot/);
    expect(seen).toMatch(/curve plot [\d.]+ k?B SVG plot/);
  });

  it('of a sweep shows the trials, best first, the best one marked', async () => {
    const store = createStore();
    const trial = async (iteration: number, accuracy: number | 'NaN'): Promise<EventBody> => {
      const { record } = await recordRun([{ kind: 'result', key: 'accuracy', value: accuracy }, completed], {
        store,
        kind: 'trial',
        params: { depth: iteration, same: 1 },
      });
      return { kind: 'trial', iteration, uid: record.uid, state: 'completed' };
    };
    const trials = [await trial(1, 0.5), await trial(2, 0.9), await trial(3, 'NaN')];
    const best: EventBody = { kind: 'best', iteration: 2, uid: 'x' };
    const { store: same, record } = await recordRun([...trials, best, completed], { store, kind: 'sweep' });
    const { markup } = renderCard({ ...(await viewRun(same, record)), selector: 'max.accuracy', trials: 3 });
    expect(unbalanced(markup)).toEqual([]);
    expect(visibleText(markup)).toContain(
      'Trials by max.accuracy trial depth accuracy 2 2 0.9 best 1 1 0.5 3 3 NaN',
    );
    expect(/<tr class="best">.*?<\/tr>/.exec(markup)?.[0]).toContain('>0.9<');
  });

  it('of a running sweep says how many trials are done and draws it', async () => {
    const done: EventBody = { kind: 'trial', iteration: 1, uid: 'x', state: 'error' };
    const { store, record } = await recordRun([done], { kind: 'sweep' });
    const { markup } = renderCard({ ...(await viewRun(store, record)), trials: 4 });
    expect(visibleText(markup)).toMatch(/^train running .*1 of 4 trials · 1 failed/);
    expect(markup).toContain('style="width:25.0%"');
  });

  it('of a pipeline shows how the steps hang together, and each with its state, results, failure and output', async () => {
    const step = (id: string, change: Partial<Extract<EventBody, { kind: 'step' }>>): EventBody => ({
      kind: 'step',
      id,
      function: id,
      state: 'completed',
      ...change,
    });
    const store = createStore();
    const { record: inner } = await recordRun([completed], {
      store,
      kind: 'step',
      output: 'reading\nread\n',
    });
    const error = { code: 'X', message: 'no rows', notebook: 'nb.ipynb', cell: 2, line: 3 };
    const { record } = await recordRun(
      [
        step('load', { runUid: inner.uid, results: { rows: 150, uri: 'store://x/y' } }),
        step('train', { state: 'error', function: 'fit', error }),
        step('report', { state: 'skipped', reason: 'step "train" failed' }),
        { kind: 'state', state: 'error', error },
      ],
      { store, kind: 'pipeline', name: 'main', params: {} },
    );
    const view = await viewRun(store, record);
    const steps = new Map(view.steps);
    const logOf = (id: string) => steps.get(id)?.log ?? { lines: [], count: 0 };
    for (const [id, dependencies] of [
      ['load', []],
      ['train', ['load']],
      ['report', ['train']],
    ] as const)
      steps.set(id, { dependencies, trials: 0, log: logOf(id) });
    const { markup } = renderCard({ ...view, steps });
    expect(unbalanced(markup)).toEqual([]);
    const seen = visibleText(markup);
    expect(seen).toMatch(/^main error .*3 steps · 1 failed/);
    expect(seen).toContain('✓ load rows=150');
    expect(seen).toContain('2 lines of output reading read');
    expect(seen).toContain('✗ train fit no rows (nb.ipynb, cell 2, line 3)');
    expect(seen).toContain('– report step "train" failed');
    // two edges, from left to right
    const edges = [...markup.matchAll(/<path d="M([\d.]+) [\d.]+C.*? ([\d.]+) [\d.]+"/g)];
    expect(edges).toHaveLength(2);
    for (const [, from, to] of edges) expect(Number(from)).toBeLessThan(Number(to));
  });
});
