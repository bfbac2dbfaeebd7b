import { describe, expect, it } from 'vitest';
import { createTable } from '../../../src/data/create-table.ts';
import { runsOutput } from '../../../src/notebooks/display/compare/render-runs.ts';
import { tableOutput } from '../../../src/notebooks/display/value/table-output.ts';
import type { RunRecord } from '../../../src/tracking/run.ts';
import { unbalanced, visibleText } from './markup.ts';
import { createStore, recordRun } from './recorded-run.ts';

const markupOf = ({ bundle }: { readonly bundle: Readonly<Record<string, unknown>> }): string => {
  const markup = String(bundle['text/html']);
  expect(unbalanced(markup)).toEqual([]);
  return markup;
};

describe('a table in a notebook', () => {
  const values = createTable([
    { id: 12345678901234567890n, at: new Date('2024-03-01'), name: '<b>A</b>', mass: 3750.5, ok: true },
    { id: 2n, at: null, name: 'two\nlines', mass: null, ok: false },
    { id: 3n, at: new Date('2024-03-01T10:20:30.500Z'), name: null, mass: 0, ok: null },
  ]);

  it('has names, types and values of every sort, missing ones as a dash', () => {
    expect(visibleText(markupOf(tableOutput(values)))).toBe(
      'Table 3 rows × 5 columns id at name mass ok integer timestamp string number boolean ' +
        '12345678901234567890 2024-03-01 <b>A</b> 3750.5 true 2 – two lines – false 3 2024-03-01 10:20:30.500Z – 0 –',
    );
    expect(markupOf(tableOutput(values))).not.toContain('<b>A');
  });

  it('has a plain twin with the same', () => {
    expect(tableOutput(values).bundle['text/plain']).toBe(
      [
        'Table 3 rows × 5 columns',
        '                  id  at                        name         mass  ok',
        '             integer  timestamp                 string     number  boolean',
        '12345678901234567890  2024-03-01                <b>A</b>   3750.5  true',
        '                   2  –                         two lines       –  false',
        '                   3  2024-03-01 10:20:30.500Z  –               0  –',
      ].join('\n'),
    );
  });

  it('shows twenty rows of a longer one, or as many as are asked for, and says so', () => {
    const long = createTable(Array.from({ length: 1234 }, (_, i) => ({ i })));
    expect(visibleText(markupOf(tableOutput(long)))).toMatch(
      /^Table 1,234 rows × 1 column, first 20 rows shown i integer 0 1 .* 18 19$/,
    );
    expect(visibleText(markupOf(tableOutput(long, { rows: 2 })))).toMatch(
      /first 2 rows shown i integer 0 1$/,
    );
  });

  it('shows thirty columns of a wider one', () => {
    const wide = createTable([Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c${i}`, i]))]);
    const seen = visibleText(markupOf(tableOutput(wide)));
    expect(seen).toContain('Table 1 row × 40 columns, first 30 columns shown');
    expect(seen).not.toContain('c30');
  });

  it('may be empty', () => {
    expect(visibleText(markupOf(tableOutput(createTable([]))))).toBe('Table 0 rows × 0 columns');
  });
});

describe('runs side by side', () => {
  const runs = async (): Promise<readonly RunRecord[]> => {
    const store = createStore();
    const all = [
      { depth: 2, accuracy: 0.91, loss: 0.4 },
      { depth: 4, accuracy: 0.97, loss: 0.3 },
      { depth: 6, accuracy: 0.97, loss: 'NaN' },
    ];
    const records: RunRecord[] = [];
    for (const { depth, accuracy, loss } of all)
      records.push(
        (
          await recordRun(
            [
              { kind: 'result', key: 'accuracy', value: accuracy },
              { kind: 'metric', key: 'loss', value: loss },
              { kind: 'state', state: 'completed' },
            ],
            { store, params: { depth, seed: 1 } },
          )
        ).record,
      );
    return records;
  };
  /** The marked cells of the table. */
  const marked = (markup: string): readonly string[] =>
    [...markup.matchAll(/<td class="[^"]*\bbest\b[^"]*">([^<]*)</g)].map(([, text = '']) => text);

  it('show params that differ, and of each metric the best value marked: the first of equals, never NaN', async () => {
    const output = runsOutput(await runs());
    expect(visibleText(markupOf(output))).toMatch(
      /^Runs 3 runs run started took depth accuracy loss ● train/,
    );
    expect(marked(markupOf(output))).toEqual(['0.97', '0.3']);
    expect(String(output.bundle['text/plain']).split('\n')[2]).toMatch(/^train .* 4 +0\.97 \* +0\.3 \* /);
  });

  it('show the metrics and params that are asked for, judged as is said', async () => {
    const options = { metrics: ['min.accuracy', 'other'], params: ['seed'] };
    const markup = markupOf(runsOutput(await runs(), options));
    expect(visibleText(markup)).toContain('took seed accuracy other ●');
    expect(marked(markup)).toEqual(['0.91']);
  });

  it('may be none', () => {
    expect(runsOutput([]).bundle['text/plain']).toBe('no runs');
  });
});
