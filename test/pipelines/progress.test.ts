import { describe, expect, it } from 'vitest';
import type { PipelineEvent } from '../../src/pipelines/pipeline-event.ts';
import { applyProgress, type PipelineProgress, startProgress } from '../../src/pipelines/render/progress.ts';
import { renderPipelineReport } from '../../src/pipelines/render/render-pipeline-report.ts';
import { renderProgress, renderProgressLine } from '../../src/pipelines/render/render-progress.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { output, plan, step } from './support/plan.ts';

const demo = plan([
  step('load'),
  step('train', { arguments: { data: output('load', 'rows') }, sweep: { hyperparams: { depth: [1, 2] } } }),
  step('deploy', { arguments: { model: output('train', 'model') } }),
  step('report', { arguments: { model: output('train', 'model') } }),
]);
const change = (
  id: string,
  state: 'running' | 'completed' | 'error' | 'skipped',
  time: number,
  more = {},
): PipelineEvent => ({
  type: 'step',
  time,
  step: id,
  function: 'any',
  state,
  ...more,
});
const events: readonly PipelineEvent[] = [
  { type: 'started', time: 1000, uid: 'u1', plan: demo },
  change('load', 'running', 1000),
  change('load', 'completed', 1400, {
    results: { rows: 150, share: 0.123456, uri: 'store://demo/rows', deep: { a: 1 } },
  }),
  change('train', 'running', 1400),
  { type: 'trial', time: 1500, step: 'train', iteration: 1, state: 'completed' },
];
const fold = (list: readonly PipelineEvent[]): PipelineProgress =>
  list.reduce(applyProgress, startProgress(demo));

describe('progress of a pipeline', () => {
  it('counts the items of a map in one row', () => {
    const mapped = plan([step('each', { map: 'each' })], {
      maps: { each: { items: { type: 'literal', value: ['a', 'b', 'c'] }, after: [] } },
    });
    const going = [
      { type: 'started' as const, time: 0, uid: 'u1', plan: mapped },
      change('each', 'running', 0, { items: 3 }),
      change('each[0]', 'running', 0),
      change('each[0]', 'completed', 900),
      change('each[1]', 'error', 950),
    ].reduce(applyProgress, startProgress(mapped));
    expect(renderProgress(going, { now: 1000 })).toContain('● each  1.0 s  2 of 3 items');
    const ended = applyProgress(going, change('each', 'completed', 1000, { reason: '3 items' }));
    expect(renderProgress(ended, { now: 1000 })).toContain('✓ each  1.0 s  3 items');
  });

  it('is drawn with what runs, what ended with its results, and what waits for what', () => {
    expect(renderProgress(fold(events), { now: 3400 })).toBe(
      [
        'demo · 1 of 4 steps · 2.4 s',
        '  ✓ load    0.4 s  rows=150  share=0.1235',
        '  ● train   2.0 s  1 trial',
        '  ○ deploy         waits for train',
        '  ○ report         waits for train',
      ].join('\n'),
    );
  });

  it('says why a step failed or was skipped', () => {
    const failed = fold([
      ...events,
      change('train', 'error', 2400, { error: { code: 'X', message: 'no\u001b[31m\nrows' } }),
      change('deploy', 'skipped', 2400, { reason: 'step "train" failed' }),
    ]);
    const text = renderProgress(failed, { now: 3400 });
    expect(text).toContain('  ✗ train   1.0 s  no rows');
    expect(text).toContain('  – deploy         step "train" failed');
  });

  it('never takes more columns or rows than there are', () => {
    const many = plan(Array.from({ length: 100 }, (_, i) => step(`a-step-with-a-long-name-${i}`)));
    const running = applyProgress(
      applyProgress(startProgress(many), { type: 'started', time: 0, uid: 'u', plan: many }),
      { ...change('a-step-with-a-long-name-99', 'running', 0) },
    );
    const lines = renderProgress(running, { now: 0, width: 24, rows: 5 }).split('\n');
    expect(lines).toHaveLength(7);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(24);
    expect(lines.at(-1)).toContain('●');
    expect(lines[1]).toBe('  … 95 more');
  });

  it('is a line a change where nothing can be drawn again', () => {
    const lines: string[] = [];
    let progress = startProgress(demo);
    for (const event of [...events, change('deploy', 'skipped', 1500, { reason: 'step "train" failed' })]) {
      progress = applyProgress(progress, event);
      const line = renderProgressLine(progress, event);
      if (line !== undefined) lines.push(line);
    }
    expect(lines).toEqual([
      'demo: started, 4 steps, run u1',
      'load: running',
      'load: completed after 0.4 s · rows=150  share=0.1235',
      'train: running',
      'deploy: skipped · step "train" failed',
    ]);
  });
});

describe('the report of a pipeline run', () => {
  it('has every step with state, time, results or reason, the outputs, and the error', () => {
    const time = (ms: number): string => new Date(ms).toISOString();
    const record = {
      uid: 'u1',
      name: 'demo',
      state: 'error',
      startedAt: time(0),
      endedAt: time(2000),
      steps: [
        {
          id: 'load',
          function: 'any',
          state: 'completed',
          cached: false,
          startedAt: time(0),
          endedAt: time(500),
          results: { rows: 3 },
        },
        {
          id: 'train',
          function: 'any',
          state: 'error',
          cached: false,
          startedAt: time(500),
          endedAt: time(2000),
          results: {},
          error: { code: 'X', message: 'boom' },
        },
        {
          id: 'deploy',
          function: 'any',
          state: 'skipped',
          cached: false,
          results: {},
          reason: 'step "train" failed',
        },
      ],
      outputs: { rows: 3, model: 'store://demo/model' },
      error: {
        code: 'STEP_FAILED',
        message: 'step "train" failed: boom',
        hint: 'see its output: slipway logs u2',
      },
    } as unknown as RunRecord;
    expect(renderPipelineReport(record)).toBe(
      [
        'demo · error · 2.0 s · run u1',
        '',
        'STEP    FUNCTION  STATE      TOOK   RESULTS',
        'load    any       completed  0.5 s  rows=3',
        'train   any       error      1.5 s  boom',
        'deploy  any       skipped           step "train" failed',
        '',
        'outputs',
        '  rows   3',
        '  model  store://demo/model',
        '',
        'STEP_FAILED: step "train" failed: boom',
        '  see its output: slipway logs u2',
      ].join('\n'),
    );
  });
});
