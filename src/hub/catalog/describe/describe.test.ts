import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../../../../test/hub/run-item.ts';
import { correlate } from './correlation.ts';

const bench: Bench = openBench();
afterAll(() => bench.close());

const penguins = path.join(import.meta.dirname, '..', 'load-dataset', 'data', 'penguins.csv');

describe('describe', () => {
  it('counts rows, columns, missing values and classes of the penguins', async () => {
    const run = await bench.run('describe', { inputs: { data: penguins }, params: { label: 'species' } });
    expect(run.state).toBe('completed');
    expect(run.results).toEqual({
      rowCount: 344,
      columnCount: 7,
      numericColumns: 4,
      missingTotal: 19,
      duplicateRows: 0,
      classes: ['Adelie', 'Chinstrap', 'Gentoo'],
      classCounts: { Adelie: 152, Chinstrap: 68, Gentoo: 124 },
    });
  });

  it('logs every plot as an SVG document with a title, and a page that holds them all', async () => {
    const run = await bench.run('describe', { inputs: { data: penguins }, params: { label: 'species' } });
    const plots = ['class-balance', 'missing-values', 'distributions', 'correlation', 'pairs'];
    const report = await bench.text(run, 'report');
    expect(report).toMatch(/^<!doctype html>/);
    for (const key of plots) {
      const plot = await bench.text(run, key);
      expect(plot).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*<title>.+<\/title>.*<\/svg>$/s);
      expect(plot).not.toMatch(/NaN|Infinity|undefined/);
      expect(report).toContain(plot);
    }
    expect(await bench.text(run, 'distributions')).toContain('>Chinstrap</text>');
  });

  it('gives statistics that agree with pandas', async () => {
    const run = await bench.run('describe', { inputs: { data: penguins } });
    const rows = await bench.rows(run, 'statistics');
    expect(rows.find((row) => row.column === 'bill_length_mm')).toMatchObject({
      count: 342,
      missing: 2,
      mean: expect.closeTo(43.92193, 5),
      deviation: expect.closeTo(5.459584, 5),
      lowerQuartile: expect.closeTo(39.225, 9),
      median: expect.closeTo(44.45, 9),
      upperQuartile: expect.closeTo(48.5, 9),
    });
    expect(rows.find((row) => row.column === 'island')).toMatchObject({
      mostFrequent: 'Biscoe',
      mostFrequentCount: 168,
      mean: null,
    });
    const correlation = await bench.rows(run, 'correlation-table');
    expect(correlation[2]).toMatchObject({
      column: 'flipper_length_mm',
      body_mass_g: expect.closeTo(0.871202, 5),
      bill_depth_mm: expect.closeTo(-0.583851, 5),
    });
  });

  it('escapes what names and values would do to markup', async () => {
    const data = bench.file('markup.csv', 'a<b>&,"x""y"\n1,<script>\n2,</svg>\n3,ok\n');
    const run = await bench.run('describe', { inputs: { data } });
    expect(run.state).toBe('completed');
    const report = await bench.text(run, 'report');
    expect(report).not.toContain('<script>');
    expect(report).toContain('a&lt;b&gt;&amp;');
  });

  it('describes tables with a constant column, an empty column, one row, or no numbers at all', async () => {
    const texts = {
      constant: 'a,b,c\n1,1,x\n1,2,x\n1,3,x\n',
      empty: 'a,b\n1,\n2,\n3,\n',
      single: 'a,b\n1,2\n',
      times: 'at,x\n2024-01-01T00:00:00Z,1\n2024-03-01T12:00:00Z,2\n',
      words: 'a\nx\ny\nx\n',
    };
    for (const [name, text] of Object.entries(texts)) {
      const run = await bench.run('describe', { inputs: { data: bench.file(`${name}.csv`, text) } });
      expect(run, name).toMatchObject({ state: 'completed' });
      expect(await bench.text(run, 'report'), name).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('draws big tables from a sample and says so, but counts every row', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `${i},${(i * 7919) % 1000}`);
    const data = bench.file('big.csv', `a,b\n${lines.join('\n')}\n`);
    const run = await bench.run('describe', { inputs: { data }, params: { sample: 500 } });
    expect(run.results.rowCount).toBe(3000);
    expect(await bench.text(run, 'report')).toContain('500 rows chosen at random');
  });

  it('fails clearly when the label column is not there or there are no rows', async () => {
    const missing = await bench.run('describe', { inputs: { data: penguins }, params: { label: 'specie' } });
    expect(missing).toMatchObject({
      state: 'error',
      error: { code: 'LABEL_COLUMN_NOT_FOUND', message: expect.stringContaining('"specie"') },
    });
    // the data is at fault, not a line of the function
    expect(missing.error).not.toHaveProperty('line');
    const data = bench.file('head.csv', 'a,b\n');
    const none = await bench.run('describe', { inputs: { data } });
    expect(none.error).toMatchObject({ code: 'UNUSABLE_DATA', message: expect.stringContaining('no rows') });
  });
});

describe('correlate', () => {
  it('is exact for lines, skips missing pairs, and is null where it is not defined', () => {
    expect(
      correlate([
        [1, 2, 3, null],
        [2, 4, 6, 1],
      ])[0]?.[1],
    ).toBeCloseTo(1, 12);
    expect(
      correlate([
        [1, 2, 3],
        [5, 5, 5],
      ])[0]?.[1],
    ).toBeNull();
    expect(
      correlate([
        [1, null],
        [null, 2],
      ])[0]?.[1],
    ).toBeNull();
  });
});
