import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../../../../test/hub/run-item.ts';
import type { Context } from '../../../runtime/context.ts';
import { logLoss, scoreClasses } from '../learning/classification-metrics.ts';
import { calibrationBins, calibrationError } from './calibration.ts';
import { areaUnder, rocCurve } from './ranking.ts';
import { scoreRegression } from './regression-scores.ts';

const bench: Bench = openBench();
afterAll(() => bench.close());

async function trainOn(name: string, params: Record<string, string | number> = {}) {
  const loaded = await bench.run('load-dataset', { params: { name, holdout: 0.25 } });
  const trained = await bench.run('train-classifier', {
    inputs: { data: bench.uri(loaded, 'train') },
    params,
  });
  return { model: bench.uri(trained, 'model'), test: bench.uri(loaded, 'test') };
}

describe('evaluate', () => {
  it.each([
    ['iris', 0.93],
    ['penguins', 0.95],
  ])('scores a forest on held-out %s', async (name, least) => {
    const { model, test } = await trainOn(name);
    const run = await bench.run('evaluate', { inputs: { model, data: test } });
    expect(run.error).toBeUndefined();
    expect(run.results.accuracy).toBeGreaterThanOrEqual(least);
    expect(run.results.auc).toBeGreaterThan(0.98);
    expect(run.metrics.macroF1).toBe(run.results.macroF1);
    expect(Object.values(run.results).every((value) => Number.isFinite(value))).toBe(true);
    const rows = await bench.rows(run, 'class-scores');
    expect(rows.reduce((sum, row) => sum + Number(row.support), 0)).toBe(run.results.rowCount);
    for (const key of ['confusion-matrix', 'roc', 'calibration'])
      expect(await bench.text(run, key)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('stays free of NaN where the data has one class only, or one the model does not know', async () => {
    const { model } = await trainOn('iris', { algorithm: 'logistic' });
    const header = 'sepal_length,sepal_width,petal_length,petal_width,species';
    const one = bench.file('one.csv', `${header}\n5.1,3.5,1.4,0.2,setosa\n4.9,3,1.4,0.2,setosa\n`);
    const alone = await bench.run('evaluate', { inputs: { model, data: one } });
    expect(alone.results).toMatchObject({ rowCount: 2, accuracy: 1, balancedAccuracy: 1 });
    expect(alone.results).not.toHaveProperty('auc');
    const other = bench.file('other.csv', `${header}\n5.1,3.5,1.4,0.2,setosa\n5,3,1.4,0.2,pseudacorus\n`);
    const unknown = await bench.run('evaluate', { inputs: { model, data: other } });
    expect(unknown.results).toMatchObject({ accuracy: 0.5 });
    expect(Object.values(unknown.results).every((value) => Number.isFinite(value))).toBe(true);
  });

  it('leaves out rows without a label, and fails when there are none with one', async () => {
    const { model } = await trainOn('iris', { algorithm: 'knn' });
    const header = 'sepal_length,sepal_width,petal_length,petal_width,species';
    const some = bench.file('some.csv', `${header}\n5.1,3.5,1.4,0.2,setosa\n5,3,1.4,0.2,\n`);
    const part = await bench.run('evaluate', { inputs: { model, data: some } });
    expect(part.results.rowCount).toBe(1);
    const none = bench.file('none.csv', `${header}\n5.1,3.5,1.4,0.2,\n`);
    const empty = await bench.run('evaluate', { inputs: { model, data: none } });
    expect(empty.error).toMatchObject({
      code: 'UNUSABLE_DATA',
      message: expect.stringContaining('"species"'),
    });
  });

  it('names the label column, or the feature, that the data lacks', async () => {
    const { model } = await trainOn('iris', { algorithm: 'logistic' });
    const unlabelled = bench.file(
      'unlabelled.csv',
      'sepal_length,sepal_width,petal_length,petal_width\n5,3,1,1\n',
    );
    const label = await bench.run('evaluate', { inputs: { model, data: unlabelled } });
    expect(label.error).toMatchObject({
      code: 'LABEL_COLUMN_NOT_FOUND',
      message: expect.stringContaining('"species"'),
    });
    const narrow = bench.file('narrow.csv', 'sepal_length,species\n5,setosa\n');
    const feature = await bench.run('evaluate', { inputs: { model, data: narrow } });
    expect(feature.error).toMatchObject({ code: 'COLUMN_NOT_FOUND' });
  });

  it('refuses a model without a portable predictor', async () => {
    const made = await bench.runLive(async function make(ctx: Context) {
      await ctx.logModel('alien', { files: { 'weights.bin': new Uint8Array([1]) }, framework: 'other' });
    });
    const data = bench.file('any.csv', 'x,y\n1,a\n');
    const run = await bench.run('evaluate', { inputs: { model: bench.uri(made, 'alien'), data } });
    expect(run.error).toMatchObject({ code: 'UNUSABLE_MODEL', message: expect.stringContaining('"other"') });
  });

  it('scores a regressor by RMSE, MAE and R²', async () => {
    const made = await bench.runLive(async function make(ctx: Context) {
      const predictor = {
        apiVersion: 'slipway/v1',
        type: 'linear',
        features: [{ column: 'x', type: 'number' }],
        weights: [[2]],
        bias: [1],
      };
      await ctx.logModel('line', { predictor, labelColumn: 'y' });
    });
    const data = bench.file('line.csv', 'x,y\n0,1\n1,3\n2,6\n3,7\n');
    const run = await bench.run('evaluate', { inputs: { model: bench.uri(made, 'line'), data } });
    expect(run.results).toMatchObject({
      rowCount: 4,
      rmse: 0.5,
      mae: 0.25,
      r2: expect.closeTo(1 - 1 / 22.75, 9),
    });
    expect(await bench.text(run, 'predicted-and-true')).toContain('true y');
  });
});

describe('the scores', () => {
  const classes = ['a', 'b', 'c'];
  const actual = [0, 0, 1, 1, 2, 2, 1];
  const probabilities = [
    [0.7, 0.2, 0.1],
    [0.4, 0.5, 0.1],
    [0.2, 0.6, 0.2],
    [0.3, 0.3, 0.4],
    [0.1, 0.2, 0.7],
    [0.2, 0.5, 0.3],
    [0.1, 0.5, 0.4],
  ];
  const outcomes = { classes, actual, predicted: [0, 1, 1, 2, 2, 1, 1], probabilities };

  it("equal scikit-learn's", () => {
    expect(scoreClasses(outcomes)).toMatchObject({
      accuracy: expect.closeTo(4 / 7, 9),
      balancedAccuracy: expect.closeTo(0.555555555556, 9),
      macroPrecision: expect.closeTo(0.666666666667, 9),
      macroRecall: expect.closeTo(0.555555555556, 9),
      macroF1: expect.closeTo(0.579365079365, 9),
    });
    expect(logLoss(outcomes)).toBeCloseTo(0.748794147533, 9);
    const areas = classes.map((_, c) =>
      areaUnder(
        rocCurve(
          probabilities.map((row) => row[c] ?? 0),
          actual.map((own) => own === c),
        ) ?? [],
      ),
    );
    expect(areas.reduce((sum, area) => sum + area, 0) / 3).toBeCloseTo(0.85, 9);
    expect(scoreRegression([3, -0.5, 2, 7], [2.5, 0, 2, 8])).toEqual({
      rmse: expect.closeTo(0.6123724356957945, 12),
      mae: 0.5,
      r2: expect.closeTo(0.9486081370449679, 12),
    });
  });

  it('treat a constant truth and a class that never occurs without NaN', () => {
    expect(scoreRegression([2, 2], [2, 2]).r2).toBe(1);
    expect(scoreRegression([2, 2], [2, 3]).r2).toBe(0);
    expect(rocCurve([0.1, 0.9], [true, true])).toBeUndefined();
    const scores = scoreClasses({ classes, actual: [0, 0], predicted: [1, 0] });
    expect(scores).toMatchObject({ accuracy: 0.5, balancedAccuracy: 0.5 });
    expect(scores.perClass[2]).toEqual({ class: 'c', precision: 0, recall: 0, f1: 0, support: 0 });
  });

  it('measure calibration as the weighted distance of confidence and accuracy', () => {
    const bins = calibrationBins([0.95, 0.95, 0.55, 0.55], [true, true, true, false]);
    expect(bins).toHaveLength(2);
    expect(calibrationError(bins)).toBeCloseTo(0.05, 12);
  });
});
