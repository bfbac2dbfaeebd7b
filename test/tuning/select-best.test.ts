import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { RunState } from '../../src/tracking/run.ts';
import { parseSelector, selectBest } from '../../src/tuning/select-best.ts';

const trials = (values: readonly (Json | undefined)[], state: RunState = 'completed') =>
  values.map((value, i) => ({
    iteration: i + 1,
    state,
    results: value === undefined ? {} : { score: value },
    metrics: {},
  }));
const best = (selector: string, values: readonly (Json | undefined)[]): number | undefined =>
  selectBest(trials(values), parseSelector(selector))?.iteration;

describe('the best trial', () => {
  it('is right among negative and zero values', () => {
    expect(best('max.score', [-3, -1, -2])).toBe(2);
    expect(best('min.score', [3, 0, 1])).toBe(2);
    expect(best('max.score', [0, 0])).toBe(1);
  });

  it('is never NaN, and is the first of equals', () => {
    expect(best('max.score', ['NaN', -5, 'NaN'])).toBe(2);
    expect(best('score', [1, 2, 2])).toBe(2);
    expect(best('max.score', ['NaN', undefined, 'text'])).toBeUndefined();
    expect(best('min.score', [1, '-Infinity'])).toBe(2);
  });

  it('does not depend on the order in which trials ended', () => {
    expect(selectBest(trials([1, 2, 2]).reverse(), parseSelector('score'))?.iteration).toBe(2);
  });

  it('is a completed one', () => {
    expect(selectBest(trials([1, 2], 'error'), parseSelector('score'))).toBeUndefined();
  });

  it('is judged by a result before a metric of the same name, by a metric where there is no such result', () => {
    const both = [
      { iteration: 1, state: 'completed' as const, results: { x: 1 }, metrics: { x: 9 } },
      { iteration: 2, state: 'completed' as const, results: {}, metrics: { x: 5 } },
    ];
    expect(selectBest(both, parseSelector('max.x'))?.iteration).toBe(2);
  });
});

describe('a selector', () => {
  it('means max when bare, and takes names with dots', () => {
    expect(parseSelector('accuracy')).toEqual({ direction: 'max', name: 'accuracy' });
    expect(parseSelector('min.val.loss')).toEqual({ direction: 'min', name: 'val.loss' });
  });

  it.each(['', 'max.', 'min', ' ', 'max.a b'])('is refused when it is %j', (text) => {
    expect(() => parseSelector(text)).toThrow(expect.objectContaining({ code: 'INVALID_SELECTOR' }));
  });
});
