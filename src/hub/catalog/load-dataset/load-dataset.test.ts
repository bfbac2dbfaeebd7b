import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../../../../test/hub/run-item.ts';
import { irisCsv } from './iris-csv.ts';
import { penguinsCsv } from './penguins-csv.ts';

const bench: Bench = openBench();
afterAll(() => bench.close());

const csvFile = (name: string): string => readFileSync(path.join(import.meta.dirname, 'data', name), 'utf8');

describe('the data sets that ship', () => {
  it('are the same as files and inside the function', () => {
    expect(irisCsv).toBe(csvFile('iris.csv'));
    expect(penguinsCsv).toBe(csvFile('penguins.csv'));
  });

  it("hold Fisher's iris: 150 flowers, 50 a species, with the means he gives", async () => {
    const run = await bench.run('load-dataset', { params: { name: 'iris' } });
    expect(run).toMatchObject({
      state: 'completed',
      results: { rowCount: 150, columnCount: 5, classes: ['setosa', 'versicolor', 'virginica'] },
    });
    const rows = await bench.rows(run, 'dataset');
    const mean = (column: string): number => rows.reduce((sum, row) => sum + Number(row[column]), 0) / 150;
    expect(mean('sepal_length')).toBeCloseTo(5.8433, 4);
    expect(mean('sepal_width')).toBeCloseTo(3.0573, 4);
    expect(mean('petal_length')).toBeCloseTo(3.758, 4);
    expect(mean('petal_width')).toBeCloseTo(1.1993, 4);
    // the two flowers that the copy at UCI has wrong
    expect(rows[34]).toMatchObject({ petal_width: 0.2 });
    expect(rows[37]).toMatchObject({ sepal_width: 3.6, petal_length: 1.4 });
  });

  it('hold the Palmer penguins with their missing values', async () => {
    const run = await bench.run('load-dataset', { params: { name: 'penguins' } });
    expect(run.results).toMatchObject({
      rowCount: 344,
      columnCount: 7,
      classes: ['Adelie', 'Chinstrap', 'Gentoo'],
    });
    const rows = await bench.rows(run, 'dataset');
    expect(rows.filter((row) => row.bill_length_mm === null)).toHaveLength(2);
    expect(rows.filter((row) => row.sex === null)).toHaveLength(11);
    const complete = await bench.run('load-dataset', { params: { name: 'penguins', dropMissing: true } });
    expect(complete.results.rowCount).toBe(333);
  });
});

describe('a holdout', () => {
  it('keeps the shares of the classes, loses no row and repeats for the same seed', async () => {
    const given = { params: { name: 'penguins', holdout: 0.25, seed: 7 } };
    const [first, second] = [await bench.run('load-dataset', given), await bench.run('load-dataset', given)];
    expect(first.results).toMatchObject({ trainCount: 258, testCount: 86 });
    const train = await bench.rows(first, 'train');
    const test = await bench.rows(first, 'test');
    const count = (rows: typeof test, species: string): number =>
      rows.filter((row) => row.species === species).length;
    expect(['Adelie', 'Chinstrap', 'Gentoo'].map((name) => count(test, name))).toEqual([38, 17, 31]);
    expect(['Adelie', 'Chinstrap', 'Gentoo'].map((name) => count(train, name))).toEqual([114, 51, 93]);
    expect(bench.uri(second, 'test')).toBe(bench.uri(first, 'test'));
    const other = await bench.run('load-dataset', { params: { ...given.params, seed: 8 } });
    expect(bench.uri(other, 'test')).not.toBe(bench.uri(first, 'test'));
  });

  it('is refused when it leaves one side empty or is no share', async () => {
    const empty = await bench.run('load-dataset', { params: { name: 'iris', holdout: 0.001 } });
    expect(empty.error).toMatchObject({
      code: 'UNUSABLE_SETTING',
      message: expect.stringContaining('0.001'),
    });
    const wrong = await bench.run('load-dataset', { params: { name: 'iris', holdout: 1 } });
    expect(wrong.error).toMatchObject({ code: 'UNUSABLE_SETTING' });
  });
});

describe('own data', () => {
  it('is read from a file, with a label column of its own', async () => {
    const source = bench.file('own.csv', 'size,kind\n1,a\n2,b\n3,a\n4,b\n');
    const run = await bench.run('load-dataset', {
      inputs: { source },
      params: { label: 'kind', holdout: 0.5 },
    });
    expect(run.results).toMatchObject({ rowCount: 4, trainCount: 2, testCount: 2, classes: ['a', 'b'] });
    expect((await bench.rows(run, 'test')).map((row) => row.kind).sort()).toEqual(['a', 'b']);
  });

  it('must have the label column that is named', async () => {
    const source = bench.file('unlabelled.csv', 'size,kind\n1,a\n');
    const run = await bench.run('load-dataset', { inputs: { source }, params: { label: 'species' } });
    expect(run).toMatchObject({
      state: 'error',
      error: {
        code: 'LABEL_COLUMN_NOT_FOUND',
        message: expect.stringContaining('"species"'),
        hint: expect.stringContaining('size, kind'),
      },
    });
  });

  it('cannot be asked for together with a data set that ships, nor can nothing', async () => {
    const source = bench.file('both.csv', 'a\n1\n');
    const both = await bench.run('load-dataset', { inputs: { source }, params: { name: 'iris' } });
    expect(both.error?.message).toContain('both');
    expect((await bench.run('load-dataset')).error?.message).toContain('neither');
  });
});
