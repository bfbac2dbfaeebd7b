import { describe, expect, it } from 'vitest';
import { createTable } from '../../src/data/create-table.ts';
import { profileTable } from '../../src/data/profile-table.ts';

const column = (values: readonly unknown[], options = {}) =>
  profileTable(createTable({ columns: { x: values } }), options).columns[0];

describe('the profile of a table', () => {
  it('has counts, statistics, quartiles and 20 bins of a numeric column', () => {
    const profile = column([1, 2, 3, 4, null, 4]);
    expect(profile).toMatchObject({ name: 'x', type: 'integer', count: 5, missing: 1, distinct: 4 });
    expect(profile?.summary).toEqual({
      min: 1,
      max: 4,
      mean: 2.8,
      stddev: expect.closeTo(1.30384, 5),
      quartiles: [2, 3, 4],
    });
    expect(profile?.histogram?.edges).toHaveLength(21);
    expect([profile?.histogram?.edges[0], profile?.histogram?.edges[20]]).toEqual([1, 4]);
    expect(profile?.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(profile?.histogram?.counts[19]).toBe(2);
  });

  it('agrees with a histogram counted by hand', () => {
    const values = Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 997) / 10);
    const profile = column(values);
    const edges = profile?.histogram?.edges ?? [];
    const expected = edges.slice(0, -1).map((edge, i) => {
      const next = edges[i + 1] ?? 0;
      return values.filter((value) => value >= edge && (value < next || (i === 19 && value === next))).length;
    });
    expect(profile?.histogram?.counts).toEqual(expected);
  });

  it('has the most frequent values of text and booleans, ties by the value', () => {
    expect(column(['b', 'a', 'c', 'a', 'b', null], { top: 2 })).toMatchObject({
      distinct: 3,
      missing: 1,
      top: [
        { value: 'a', count: 2 },
        { value: 'b', count: 2 },
      ],
    });
    expect(column([true, false, true])?.top?.[0]).toEqual({ value: true, count: 2 });
  });

  it('says when counting distinct values stopped, and still knows the most frequent ones', () => {
    const values = [...Array.from({ length: 50 }, (_, i) => `v${i}`), 'often', 'often'];
    expect(column(values, { distinctLimit: 10, top: 1 })).toMatchObject({
      distinct: 10,
      distinctIsLowerBound: true,
      top: [{ value: 'often', count: 2 }],
    });
  });

  it('has first and last of times, and copes with one value, equal values, none, and infinities', () => {
    expect(column([new Date(1000), new Date(0)])).toMatchObject({
      first: '1970-01-01T00:00:00.000Z',
      last: '1970-01-01T00:00:01.000Z',
      histogram: { counts: expect.any(Array) },
    });
    expect(column([7])?.summary).toEqual({ min: 7, max: 7, mean: 7, quartiles: [7, 7, 7] });
    expect(column([7, 7])?.histogram?.counts.filter((count) => count > 0)).toEqual([2]);
    expect(column([null])).toEqual({ name: 'x', type: 'string', count: 0, missing: 1, distinct: 0, top: [] });
    expect(column([1.5, Infinity, -Infinity])).toMatchObject({
      infinite: 2,
      summary: { min: 1.5, max: 1.5 },
    });
    expect(column([-1.7e308, 1.7e308])?.histogram?.counts[0]).toBe(1);
    expect(column([2n ** 70n, 1])?.summary?.max).toBe(2 ** 70);
  });

  it('is plain JSON, the same for the same rows', () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ a: i / 3, b: `x${i % 4}`, c: i % 2 === 0 }));
    const profile = profileTable(createTable(rows));
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
    expect(JSON.stringify(profileTable(createTable(rows)))).toBe(JSON.stringify(profile));
  });
});
