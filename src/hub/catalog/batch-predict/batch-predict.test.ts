import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../../../../test/hub/run-item.ts';

const bench: Bench = openBench();
afterAll(() => bench.close());

describe('batch-predict', () => {
  it('keeps every row and adds prediction and probabilities', async () => {
    const loaded = await bench.run('load-dataset', { params: { name: 'penguins', holdout: 0.25 } });
    const trained = await bench.run('train-classifier', {
      inputs: { data: bench.uri(loaded, 'train') },
      params: { algorithm: 'logistic' },
    });
    const model = bench.uri(trained, 'model');
    const run = await bench.run('batch-predict', { inputs: { model, data: bench.uri(loaded, 'test') } });
    expect(run.error).toBeUndefined();
    expect(run.results.rowCount).toBe(86);
    const rows = await bench.rows(run, 'predictions');
    const before = await bench.rows(loaded, 'test');
    expect(rows.map((row) => row.bill_length_mm)).toEqual(before.map((row) => row.bill_length_mm));
    for (const row of rows) {
      const shares = ['Adelie', 'Chinstrap', 'Gentoo'].map((name) => Number(row[`prediction_${name}`]));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(row[`prediction_${String(row.prediction)}`]).toBe(Math.max(...shares));
    }
    const right = rows.filter((row) => row.prediction === row.species).length;
    expect(right / 86).toBeGreaterThanOrEqual(0.95);
    const counts = run.results.classCounts as Record<string, number>;
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(86);
  });

  it('needs no label, works on no rows, and does not overwrite a column', async () => {
    const iris = await bench.run('load-dataset', { params: { name: 'iris' } });
    const trained = await bench.run('train-classifier', {
      inputs: { data: bench.uri(iris, 'dataset') },
      params: { algorithm: 'decision-tree' },
    });
    const model = bench.uri(trained, 'model');
    const columns = 'sepal_length,sepal_width,petal_length,petal_width';
    const bare = bench.file('bare.csv', `${columns}\n5,3.4,1.5,0.2\n6.5,3,5.5,2\n`);
    const params = { probabilities: false, column: 'species', format: 'csv' };
    const run = await bench.run('batch-predict', { inputs: { model, data: bare }, params });
    expect((await bench.rows(run, 'predictions')).map((row) => row.species)).toEqual(['setosa', 'virginica']);
    const empty = bench.file('empty.csv', `${columns}\n`);
    const none = await bench.run('batch-predict', { inputs: { model, data: empty } });
    expect(none).toMatchObject({ state: 'completed', results: { rowCount: 0 } });
    const taken = bench.file('taken.csv', `${columns},prediction\n5,3.4,1.5,0.2,mine\n`);
    const refused = await bench.run('batch-predict', { inputs: { model, data: taken } });
    expect(refused.error).toMatchObject({
      code: 'UNUSABLE_SETTING',
      message: expect.stringContaining('"prediction"'),
    });
  });
});
