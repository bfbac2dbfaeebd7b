import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countGroups, planGroups, trialsOfGroup } from '../../src/runtime/agent/trial-groups.ts';
import { linesOfTrial, renderMark } from '../../src/runtime/agent/trial-mark.ts';

const groupsOf = (trials: number, parallelism: number, isolated = false): (readonly number[])[] => {
  const plan = planGroups({ trials, parallelism, isolated });
  return Array.from({ length: countGroups(plan) }, (_, group) => trialsOfGroup(plan, group));
};

describe('the groups of a sweep', () => {
  it('take turns, so that trials begin in the order of their numbers', () => {
    expect(groupsOf(7, 3)).toEqual([
      [0, 3, 6],
      [1, 4],
      [2, 5],
    ]);
    expect(groupsOf(3, 1)).toEqual([[0, 1, 2]]);
  });

  it('are one trial each where trials are isolated', () => {
    expect(groupsOf(3, 2, true)).toEqual([[0], [1], [2]]);
  });

  it('are no larger than eight, and what is left over is shared out evenly', () => {
    const groups = groupsOf(100, 8);
    expect(groups.map(({ length }) => length)).toEqual([...Array(8).fill(8), 5, 5, 5, 5, 4, 4, 4, 4]);
    expect(groups[8]).toEqual([64, 72, 80, 88, 96]);
  });

  it('hold every trial once, and none begins long before one with a smaller number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (trials, parallelism, isolated) => {
          const groups = groupsOf(trials, parallelism, isolated);
          expect(groups.every(({ length }) => length > 0 && length <= 8)).toBe(true);
          expect(groups.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: trials }, (_, at) => at));
        },
      ),
    );
  });
});

describe('the log of a pod', () => {
  const log = ['slipway: the server is away', mark('aa', 1), 'one', mark('bb', 2), 'two', 'slipway: trial 3'];
  function mark(uid: string, iteration: number): string {
    return `slipway: ${renderMark(uid, iteration)}`;
  }

  it('is cut into what each of its trials has printed', () => {
    expect(linesOfTrial(log, 'aa')).toEqual(['one']);
    expect(linesOfTrial(log, 'bb')).toEqual(['two', 'slipway: trial 3']);
    expect(linesOfTrial(log, 'cc')).toEqual([]);
  });

  it('of one trial alone is all that trial’s', () => {
    expect(linesOfTrial(['one', 'two'], 'aa')).toEqual(['one', 'two']);
  });
});
