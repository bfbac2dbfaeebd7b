import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTrials } from '../../src/tuning/plan-trials.ts';

describe('a grid', () => {
  it('has every combination, the first hyper-parameter varying fastest', () => {
    expect(planTrials({ hyperparams: { a: [1, 2, 3], b: ['x', 'y'] } })).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'x' },
      { a: 3, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'y' },
      { a: 3, b: 'y' },
    ]);
  });

  it('is cut at maxIterations even where the whole could never be listed', () => {
    const axis = Array.from({ length: 1000 }, (_, i) => i);
    const hyperparams = { a: axis, b: axis, c: axis, d: axis };
    expect(planTrials({ hyperparams, maxIterations: 3 })).toHaveLength(3);
    expect(() => planTrials({ hyperparams })).toThrow('1000000000000 combinations');
  });

  it('refuses a hyper-parameter without values, a sweep without any, and odd numbers', () => {
    expect(() => planTrials({ hyperparams: { depth: [] } })).toThrow('"depth" has no values');
    expect(() => planTrials({})).toThrow('no hyper-parameters');
    expect(() => planTrials({ hyperparams: { a: [1] }, parallel: 0 })).toThrow(
      '"parallel" of the sweep is 0',
    );
    expect(() => planTrials({ hyperparams: { a: [1] }, maxErrors: -1 })).toThrow('"maxErrors"');
  });

  it('refuses what a handler that opens its own trials would never hear of', () => {
    expect(planTrials({ strategy: 'custom', selector: 'max.a', maxErrors: 1 })).toEqual([]);
    expect(() => planTrials({ strategy: 'custom', hyperparams: { a: [1] } })).toThrow('"hyperparams"');
    expect(() => planTrials({ strategy: 'custom', stop: 'a > 1' })).toThrow('"stop"');
  });
});

describe('a list', () => {
  it('takes first values together, then second ones', () => {
    expect(planTrials({ strategy: 'list', hyperparams: { a: [1, 2], b: [3, 4] } })).toEqual([
      { a: 1, b: 3 },
      { a: 2, b: 4 },
    ]);
  });

  it('takes complete trials as they are', () => {
    expect(planTrials({ trials: [{ a: 1 }, { b: 2 }] })).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('refuses lists of different lengths, naming them', () => {
    expect(() => planTrials({ strategy: 'list', hyperparams: { a: [1, 2], b: [3] } })).toThrow(
      '"b" has 1 values, "a" has 2',
    );
  });
});

describe('a random search', () => {
  const spec = { strategy: 'random', hyperparams: { a: [1, 2, 3, 4], b: [1, 2, 3, 4, 5] } } as const;

  it('draws the same trials for the same seed and others for another', () => {
    expect(planTrials({ ...spec, seed: 7 })).toEqual(planTrials({ ...spec, seed: 7 }));
    expect(planTrials({ ...spec, seed: 7 })).not.toEqual(planTrials({ ...spec, seed: 8 }));
  });

  it('never repeats a combination while unused ones remain', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (seed, maxIterations) => {
        const trials = planTrials({ ...spec, seed, maxIterations }).map((trial) => JSON.stringify(trial));
        expect(trials).toHaveLength(maxIterations);
        for (let from = 0; from < trials.length; from += 20) {
          const round = trials.slice(from, from + 20);
          expect(new Set(round).size).toBe(round.length);
        }
      }),
    );
  });

  it('has ten trials unless told otherwise, or as many as there are combinations', () => {
    expect(planTrials(spec)).toHaveLength(10);
    expect(planTrials({ strategy: 'random', hyperparams: { a: [1, 1, 2] } })).toHaveLength(2);
  });

  it('draws from spaces far too large to list', () => {
    const axis = Array.from({ length: 1000 }, (_, i) => i);
    expect(
      planTrials({
        strategy: 'random',
        hyperparams: { a: axis, b: axis, c: axis, d: axis },
        maxIterations: 100,
      }),
    ).toHaveLength(100);
  });
});
