import { describe, expect, it } from 'vitest';
import type { IterationRecord } from '../../src/tracking/run.ts';
import { renderParallelCoordinates } from '../../src/tuning/parallel-coordinates.ts';
import { renderTrialsTable } from '../../src/tuning/trials-table.ts';

const trial = (iteration: number, more: Partial<IterationRecord> = {}): IterationRecord => ({
  iteration,
  uid: `uid-${iteration}`,
  params: { depth: iteration, kind: 'a' },
  results: { accuracy: iteration / 10 },
  metrics: {},
  state: 'completed',
  ...more,
});

describe('the table of trials', () => {
  it('has a column for every name that any trial has, and quotes what CSV needs quoted', () => {
    const failed = trial(2, {
      state: 'error',
      results: {},
      params: { depth: 2, kind: 'a,"b"', list: [1, 2] },
      error: { code: 'USER_ERROR', message: 'line one\nline two' },
    });
    expect(renderTrialsTable([failed, trial(1)])).toBe(
      [
        'iteration,state,params.depth,params.kind,params.list,results.accuracy,error,uid\n',
        '1,completed,1,a,,0.1,,uid-1\n',
        '2,error,2,"a,""b""","[1,2]",,"USER_ERROR: line one\nline two",uid-2\n',
      ].join(''),
    );
  });
});

describe('the parallel coordinates of trials', () => {
  const options = {
    title: 'train',
    params: ['depth', 'kind'],
    selector: { direction: 'max', name: 'accuracy' },
    best: 3,
  } as const;

  it('have a line a trial, the best one stressed and drawn last, failed ones dashed', () => {
    const svg = renderParallelCoordinates([trial(3), trial(1), trial(2, { state: 'error' })], options);
    const lines = svg.match(/<polyline class="[^"]*"/g);
    expect(lines).toEqual([
      '<polyline class="trial"',
      '<polyline class="trial failed"',
      '<polyline class="trial best"',
    ]);
    expect(svg).toContain('best: trial 3, accuracy 0.3');
  });

  it('escape every text', () => {
    const evil = '</text><script>alert("1")</script>\u0000';
    const svg = renderParallelCoordinates([trial(1, { params: { depth: evil, kind: '&' } })], {
      ...options,
      title: evil,
      params: ['depth', 'kind', '<b>'],
    });
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('<b>');
    expect(svg).not.toContain('\u0000');
  });

  it('draw something sensible for one trial, equal values, NaN and spans of many decades', () => {
    const trials = [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7].map((depth, i) =>
      trial(i + 1, { params: { depth, kind: 'a' }, results: { accuracy: i === 0 ? 'NaN' : 1 } }),
    );
    const svg = renderParallelCoordinates(trials, options);
    expect(svg).not.toMatch(/NaN,|,NaN|Infinity|undefined/);
    expect(renderParallelCoordinates([trial(1)], { ...options, params: [] })).toContain('<polyline');
    expect(renderParallelCoordinates([], options)).toContain('0 trials');
  });
});
