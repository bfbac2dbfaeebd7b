import { describe, expect, it } from 'vitest';
import { matchLike } from '../../src/tracking/search/match-like.ts';
import { parseFilter, parseOrderBy } from '../../src/tracking/search/parse-filter.ts';

const problem = (filter: string): { message: string; hint?: string | undefined } => {
  try {
    parseFilter(filter);
  } catch (error) {
    return error as { message: string; hint?: string };
  }
  throw new Error(`${filter} was taken`);
};

describe('a filter', () => {
  it('binds and before or, and not before both', () => {
    const shape = (filter: string): string => {
      const show = (c: ReturnType<typeof parseFilter>['condition']): string => {
        if (c?.kind === 'and' || c?.kind === 'or') return `(${c.items.map(show).join(` ${c.kind} `)})`;
        if (c?.kind === 'not') return `!${show(c.item)}`;
        return c && 'field' in c ? c.field.key : '';
      };
      return show(parseFilter(filter).condition);
    };
    expect(shape('params.a = 1 or params.b = 1 and params.c = 1')).toBe('(a or (b and c))');
    expect(shape('(params.a = 1 or params.b = 1) and not params.c = 1')).toBe('((a or b) and !c)');
  });

  it('reads keys with dots, dashes, quotes and contexts', () => {
    const key = (filter: string): string => {
      const { condition } = parseFilter(filter);
      return condition && 'field' in condition ? `${condition.field.scope}:${condition.field.key}` : '';
    };
    expect(key('params.model.depth = 1')).toBe('params:model.depth');
    expect(key('metrics.f1-score > 0')).toBe('metrics:f1-score');
    expect(key('metrics.`val acc` > 0')).toBe('metrics:val acc');
    expect(key('metrics."val ""acc" > 0')).toBe('metrics:val "acc');
    expect(key('metrics.loss{subset=val} > 0')).toBe('metrics:loss{subset=val}');
    expect(key("attributes.state = 'running'")).toBe('attribute:state');
  });

  it('reads an order, alone or after a condition', () => {
    expect(parseOrderBy('metrics.loss desc, createdAt')).toEqual([
      { field: { scope: 'metrics', key: 'loss' }, descending: true },
      { field: { scope: 'attribute', key: 'createdAt' }, descending: false },
    ]);
    expect(parseFilter('ORDER BY name ASC').orderBy).toHaveLength(1);
    expect(parseFilter('  ')).toEqual({ condition: undefined, orderBy: [] });
  });

  it('takes durations for duration, and text for times', () => {
    expect(parseFilter("duration > '5m'").condition).toMatchObject({
      literal: { type: 'number', num: 300 },
    });
    expect(parseFilter("createdAt > '2026-01-01'").condition).toMatchObject({
      literal: { type: 'string', text: '2026-01-01' },
    });
  });

  it('points at the place of an error, under the filter', () => {
    expect(problem('metrics.loss > and').message).toBe(
      'filter cannot be read at character 16: a value is due: a number, a text in quotes, true, false, null or NaN, ' +
        'but there is and\n  metrics.loss > and\n                 ^',
    );
  });

  it('names the nearest field', () => {
    expect(problem('metric.loss > 1').hint).toContain('"metrics.loss"');
    expect(problem("stat = 'running'").hint).toContain('"state"');
  });

  it.each([
    'metrics.loss > 1 and',
    '(metrics.loss > 1',
    'metrics.loss > 1)',
    'metrics.loss',
    'metrics. > 1',
    "labels.a = 'x",
    'params.a in ()',
    'params.a in (1',
    'params.a not > 1',
    'params.a is 1',
    'params.a like 1',
    'iteration like 1',
    "iteration = 'many'",
    "duration > 'soon'",
    'params.a > null',
    'params.a < true',
    'params.a = 1; drop table runs',
    'order by',
    'order name',
    '1 = params.a',
    `${'('.repeat(500)}params.a = 1`,
    'metrics.loss > 1 order by name order by name',
    '%',
  ])('refuses %s', (filter) => {
    expect(problem(filter)).toMatchObject({ code: 'INVALID_FILTER' });
  });
});

describe('like', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'a%', true],
    ['abc', '%c', true],
    ['abc', 'a_c', true],
    ['abc', 'A%', false],
    ['abc', 'ab', false],
    ['a%c', 'a\\%c', true],
    ['abc', 'a\\%c', false],
    ['', '%', true],
    ['', '_', false],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['x😀y', 'x_y', true],
    ['line\nbreak', 'line%break', true],
  ])('matches %j against %j: %s', (text, pattern, expected) => {
    expect(matchLike(text, pattern, false)).toBe(expected);
  });

  it('ignores case only when asked, and takes no longer than text times pattern', () => {
    expect(matchLike('ÄBC', 'äb%', true)).toBe(true);
    expect(matchLike('a'.repeat(3000), `${'%a'.repeat(200)}b`, false)).toBe(false);
  });
});
