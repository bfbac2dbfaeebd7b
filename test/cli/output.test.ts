import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { exitCodeOfRecord } from '../../src/cli/exit-code.ts';
import { displayWidth, singleLine, truncate } from '../../src/cli/output/display-width.ts';
import { lastLines } from '../../src/cli/output/last-lines.ts';
import { relativeTime } from '../../src/cli/output/relative-time.ts';
import { errorDocument, renderError, renderErrorRecord } from '../../src/cli/output/render-error.ts';
import { renderTable } from '../../src/cli/output/render-table.ts';
import { renderBytes, renderNumber } from '../../src/cli/output/render-value.ts';
import { shortUids } from '../../src/cli/output/short-uid.ts';
import { fileNotFound } from '../../src/core/errors.ts';
import { compareRuns } from '../../src/tracking/compare-runs.ts';

const plain = pc.createColors(false);

describe('a table', () => {
  const columns = [
    { title: 'NAME', cell: (row: { name: string }) => row.name, shrinks: true },
    { title: 'N', cell: (row: { n: number }) => String(row.n), align: 'right' as const },
  ];

  it('aligns numbers to the right and ends no line with spaces', () => {
    const text = renderTable(
      [
        { name: 'a', n: 1 },
        { name: 'bb', n: 100 },
      ],
      columns,
    );
    expect(text).toBe('NAME    N\na       1\nbb    100\n');
  });

  it('is cut to the terminal where a column may shrink', () => {
    const text = renderTable([{ name: 'a-very-long-name-indeed', n: 1 }], columns, { width: 16 });
    for (const line of text.trimEnd().split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(16);
    expect(text).toContain('…');
  });

  it('is not broken by line ends and control codes of users', () => {
    const text = renderTable([{ name: 'a\nb\u001b[2Jc\u0008', n: 1 }], columns);
    expect(text).toBe('NAME  N\na bc  1\n');
  });

  it('takes as many rows as a run has metric points', () => {
    const rows = Array.from({ length: 200_000 }, (_, n) => ({ name: 'a', n }));
    expect(renderTable(rows, columns)).toMatch(/^NAME {7}N\n/);
  });

  it('counts wide characters as two columns', () => {
    expect(displayWidth('日本')).toBe(4);
    expect(displayWidth('é')).toBe(1);
    expect(truncate('日本語', 5)).toBe('日本…');
    expect(singleLine(' a\tb \u001b[31mc')).toBe('a b c');
  });
});

describe('values for people', () => {
  it('are short and exact enough', () => {
    expect(renderNumber(0.1 + 0.2)).toBe('0.3');
    expect(renderNumber(1 / 3)).toBe('0.333333');
    expect([renderBytes(0), renderBytes(999), renderBytes(1234), renderBytes(5e9)]).toEqual([
      '0 B',
      '999 B',
      '1.23 kB',
      '5.00 GB',
    ]);
  });

  it('tell how long ago something was, also when the clock has gone back', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    const ago = (ms: number): string => relativeTime(new Date(now - ms).toISOString(), now);
    expect([ago(5_000), ago(120_000), ago(7_200_000), ago(3 * 86_400_000), ago(-5000)]).toEqual([
      '5 s ago',
      '2 m ago',
      '2 h ago',
      '3 d ago',
      'just now',
    ]);
  });

  it('abbreviate uids only as far as they stay apart', () => {
    const short = shortUids(['01jq3x0000aaaabbbbccccdddd', '01jq3x0000aaaabbbbcccceeee']);
    expect(short('01jq3x0000aaaabbbbccccdddd')).toBe('01jq3x0000aaaabbbbccccd');
    expect(shortUids(['01jq3x0000aaaabbbbccccdddd'])('01jq3x0000aaaabbbbccccdddd')).toHaveLength(14);
  });

  it('give the last lines of a text whether or not it ends with a line end', () => {
    expect(lastLines('a\nb\nc\n', 2)).toBe('b\nc\n');
    expect(lastLines('a\nb\nc', 2)).toBe('b\nc');
    expect(lastLines('a\n', 5)).toBe('a\n');
    expect(lastLines('\n\n', 1)).toBe('\n');
    expect(lastLines('a', 0)).toBe('');
    expect(lastLines('', 3)).toBe('');
  });
});

describe('an error', () => {
  it('that was expected says what happened and what to do, without a stack', () => {
    const error = fileNotFound('file "x.ts" does not exist', { hint: 'looked in "/a"' });
    expect(renderError(error, plain)).toBe('error: file "x.ts" does not exist\nhint: looked in "/a"\n');
    expect(errorDocument(error)).toEqual({
      error: {
        code: 'FILE_NOT_FOUND',
        kind: 'not-found',
        message: 'file "x.ts" does not exist',
        hint: 'looked in "/a"',
      },
    });
  });

  it('of user code shows the cell, the line with a caret, and the user frames', () => {
    const text = renderErrorRecord(
      {
        code: 'USER_ERROR',
        kind: 'user-code',
        message: 'TypeError: x is not a function',
        notebook: 'train.ipynb',
        cell: 3,
        line: 2,
        column: 5,
        sourceLine: '  a.x();',
        stack: 'TypeError: x is not a function\n    at train (train.ipynb#cell3:2:5)',
      },
      plain,
    );
    expect(text).toBe(
      [
        'error: TypeError: x is not a function',
        '  at train.ipynb, cell 3, line 2',
        '  2 |   a.x();',
        '          ^',
        '  at train (train.ipynb#cell3:2:5)',
        '',
      ].join('\n'),
    );
  });

  it('that was not expected shows its stack and asks for a report', () => {
    const text = renderError(new TypeError('boom'), plain);
    expect(text).toContain('internal error: boom');
    expect(text).toContain('output.test.ts');
    expect(text).toContain('please report');
  });
});

describe('the exit code of a run', () => {
  it.each([
    ['completed', undefined, 0],
    ['error', { code: 'USER_ERROR', kind: 'user-code' }, 1],
    ['error', { code: 'DATA_MALFORMED', kind: 'usage' }, 1],
    ['error', { code: 'RUN_TIMEOUT', kind: 'timeout' }, 124],
    ['lost', { code: 'RUN_LOST', kind: 'failed' }, 1],
    ['aborted', { code: 'RUN_ABORTED', kind: 'cancelled' }, 130],
  ] as const)('of state %s with %j is %i', (state, error, code) => {
    expect(exitCodeOfRecord({ state, ...(error ? { error: { ...error, message: '' } } : {}) })).toBe(code);
  });
});

describe('a comparison', () => {
  const run = (uid: string, params: object, results: object, metrics: object = {}) => ({
    uid,
    name: uid,
    state: 'completed',
    params: { ...params },
    results: { ...results },
    metrics: { ...metrics },
  });

  it('shows the params that differ, and all of them when asked', () => {
    const runs = [run('a', { depth: 2, leaf: 1 }, {}), run('b', { depth: 4, leaf: 1 }, {})];
    expect(compareRuns(runs, { all: false }).rows.map((row) => row.key)).toEqual(['depth']);
    expect(compareRuns(runs, { all: true }).rows.map((row) => row.key)).toEqual(['depth', 'leaf']);
  });

  it('marks the highest, for a loss the lowest, never NaN, of equals the first', () => {
    const runs = [
      run('a', {}, { accuracy: 0.9, logLoss: 0.3, auc: 'NaN' }),
      run('b', {}, { accuracy: 0.95, logLoss: 0.1, auc: 0.5 }),
      run('c', {}, { accuracy: 0.95, logLoss: 0.2, auc: -1 }),
    ];
    const best = Object.fromEntries(compareRuns(runs, { all: false }).rows.map((row) => [row.key, row.best]));
    expect(best).toEqual({ accuracy: 1, logLoss: 1, auc: 1 });
  });

  it('judges only by the selector where there is one', () => {
    const runs = [run('a', {}, { accuracy: 1 }, { steps: 3 }), run('b', {}, { accuracy: 2 }, { steps: 5 })];
    const rows = compareRuns(runs, { all: false, selector: { key: 'steps', better: 'min' } }).rows;
    expect(rows.map(({ key, best, better }) => [key, best, better])).toEqual([
      ['accuracy', undefined, undefined],
      ['steps', 0, 'min'],
    ]);
  });
});
