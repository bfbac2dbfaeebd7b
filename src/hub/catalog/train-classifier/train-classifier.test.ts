import path from 'node:path';
import { createTable, type Predictor, predictTable } from 'slipway';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../../../../test/hub/run-item.ts';
import { createRandom } from '../learning/random.ts';
import { fitClassifier } from './fit-classifier.ts';
import type { Algorithm, Settings } from './settings.ts';

const bench: Bench = openBench();
afterAll(() => bench.close());

const data = (name: string): string =>
  path.join(import.meta.dirname, '..', 'load-dataset', 'data', `${name}.csv`);
const algorithms: readonly Algorithm[] = ['decision-tree', 'random-forest', 'knn', 'logistic'];
const settings: Settings = { algorithm: 'logistic', depth: 12, leaf: 1, trees: 30, k: 3, l2: 1, seed: 1 };
const breathe = async (): Promise<void> => undefined;

describe('train-classifier', () => {
  it.each(algorithms)(
    'learns iris and penguins with %s: cross-validated accuracy as published',
    async (algorithm) => {
      for (const [name, least] of [
        ['iris', 0.93],
        ['penguins', 0.95],
      ] as const) {
        const run = await bench.run('train-classifier', {
          inputs: { data: data(name) },
          params: { label: 'species', algorithm, folds: 5, trees: 50 },
        });
        expect(run.error).toBeUndefined();
        expect(run.results.accuracy, name).toBeGreaterThanOrEqual(least);
        expect(run.metrics.accuracy).toBe(run.results.accuracy);
        expect(await bench.metrics(run, 'foldAccuracy')).toHaveLength(5);
        expect(run.artifacts.map((artifact) => artifact.key).sort()).toEqual(['feature-importance', 'model']);
      }
    },
  );

  it('gives the same model for the same seed, another for another', async () => {
    const train = (seed: number) =>
      bench.run('train-classifier', {
        inputs: { data: data('penguins') },
        params: { label: 'species', trees: 10, seed },
      });
    const [first, again, other] = [await train(1), await train(1), await train(2)];
    expect(bench.uri(again, 'model')).toBe(bench.uri(first, 'model'));
    expect(bench.uri(other, 'model')).not.toBe(bench.uri(first, 'model'));
  });

  it('takes the label column from a dataset that carries one', async () => {
    const iris = await bench.run('load-dataset', { params: { name: 'iris', holdout: 0.2 } });
    const run = await bench.run('train-classifier', {
      inputs: { data: bench.uri(iris, 'train') },
      params: { algorithm: 'knn' },
    });
    expect(run).toMatchObject({
      state: 'completed',
      results: { rowCount: 120, classes: ['setosa', 'versicolor', 'virginica'] },
    });
  });

  it('logs the loss of each step of logistic regression, falling, and the out-of-bag accuracy of each tree', async () => {
    const params = { label: 'species', trees: 20 };
    const logistic = await bench.run('train-classifier', {
      inputs: { data: data('iris') },
      params: { ...params, algorithm: 'logistic' },
    });
    const losses = (await bench.metrics(logistic, 'loss')).map((point) => Number(point.value));
    expect(losses[0]).toBeCloseTo(Math.log(3), 9);
    expect(losses.every((loss, i) => i === 0 || loss < (losses[i - 1] ?? 0))).toBe(true);
    const forest = await bench.run('train-classifier', { inputs: { data: data('iris') }, params });
    const points = await bench.metrics(forest, 'outOfBagAccuracy');
    expect(points.map((point) => point.step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(Number(points.at(-1)?.value)).toBeGreaterThan(0.9);
  });

  it('stops soon after the run is asked to, though trees keep the process busy', async () => {
    const lines = Array.from(
      { length: 4000 },
      (_, i) => `${(i * 7919) % 4001},${(i * 104729) % 3989},${(i * 31) % 7}`,
    );
    const file = bench.file('long.csv', `a,b,y\n${lines.join('\n')}\n`);
    const controller = new AbortController();
    const running = bench.run('train-classifier', {
      inputs: { data: file },
      params: { label: 'y', trees: 1_000_000 },
      signal: controller.signal,
    });
    setTimeout(() => controller.abort('enough'), 200);
    expect(await running).toMatchObject({ state: 'aborted', reason: 'enough' });
  });

  it('leaves out what cannot be learned from: times, names, empty columns, rows without a label', async () => {
    const lines = Array.from(
      { length: 120 },
      (_, i) => `name${i},2024-01-01T00:00:${10 + (i % 50)}Z,${i % 2 ? 'x' : 'y'},,${i === 7 ? '' : i % 2}`,
    );
    const file = bench.file('mixed.csv', `who,at,kind,nothing,label\n${lines.join('\n')}\n`);
    const run = await bench.run('train-classifier', {
      inputs: { data: file },
      params: { label: 'label', algorithm: 'decision-tree' },
    });
    expect(run).toMatchObject({
      state: 'completed',
      results: { features: ['kind'], rowCount: 119, accuracy: 1, classes: ['0', '1'] },
    });
  });

  it('refuses labels that are no classes, settings out of range and features that are not there', async () => {
    const train = async (text: string, params: Record<string, string | number | string[]>) =>
      (
        await bench.run('train-classifier', {
          inputs: { data: bench.file('bad.csv', text) },
          params: { label: 'y', ...params },
        })
      ).error;
    expect(await train('x,y\n1,a\n2,a\n', {})).toMatchObject({
      code: 'UNUSABLE_LABEL',
      message: expect.stringContaining('"a"'),
    });
    expect(await train('x,y\n1,0.1\n2,0.2\n3,0.3\n', {})).toMatchObject({ code: 'UNUSABLE_LABEL' });
    const good = 'x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n';
    expect(await train(good, { depth: 0, leaf: 0.5 })).toMatchObject({
      code: 'UNUSABLE_SETTING',
      message: 'depth is 0, leaf is 0.5',
    });
    expect(await train(good, { algorithm: 'knn', k: 50, validation: 0.4 })).toMatchObject({
      code: 'UNUSABLE_SETTING',
    });
    expect(await train(good, { folds: 7 })).toMatchObject({
      code: 'UNUSABLE_SETTING',
      message: 'folds is 7',
    });
    expect(await train(good, { features: ['z'] })).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      message: expect.stringContaining('"z"'),
    });
    expect(await train('y\na\nb\na\nb\n', {})).toMatchObject({ code: 'UNUSABLE_DATA' });
    expect(await train('x,z\n1,a\n', {})).toMatchObject({
      code: 'LABEL_COLUMN_NOT_FOUND',
      message: expect.stringContaining('"y"'),
    });
  });
});

describe('the algorithms', () => {
  const learn = (
    algorithm: Algorithm,
    rows: readonly Record<string, unknown>[],
    labels: readonly number[],
    more: Partial<Settings> = {},
  ): Promise<Predictor> => {
    const table = createTable(rows);
    return fitClassifier(
      {
        table,
        features: table.columns.map((column) => column.name),
        classes: ['a', 'b'],
        labels: Int32Array.from(labels),
      },
      { ...settings, algorithm, ...more },
      { breathe },
    );
  };

  it('cut a tree halfway between neighbouring values, the purest cut first', async () => {
    const rows = [1, 2, 3, 10].map((x) => ({ x, noise: 5 }));
    const predictor = await learn('decision-tree', rows, [0, 0, 0, 1]);
    expect(predictor).toMatchObject({
      type: 'tree-ensemble',
      trees: [
        {
          feature: [0, -1, -1],
          threshold: [6.5, 0, 0],
          left: [1, -1, -1],
          right: [2, -1, -1],
          value: [[], [1, 0], [0, 1]],
        },
      ],
    });
  });

  it('respect depth and leaf size', async () => {
    const rows = Array.from({ length: 64 }, (_, x) => ({ x }));
    const labels = rows.map(({ x }) => x % 2);
    const shallow = await learn('decision-tree', rows, labels, { depth: 2 });
    expect(shallow.type === 'tree-ensemble' && (shallow.trees[0]?.feature.length ?? 0) <= 7).toBe(true);
    const coarse = await learn('decision-tree', rows, labels, { leaf: 32 });
    expect(coarse.type === 'tree-ensemble' && (coarse.trees[0]?.feature.length ?? 0) <= 3).toBe(true);
  });

  it('find the weights of penalised logistic regression that scikit-learn finds', async () => {
    const xs = [-2, -1, -0.5, 0.5, 1, 3];
    const predictor = await learn(
      'logistic',
      xs.map((x) => ({ x })),
      [0, 0, 1, 0, 1, 1],
    );
    // sklearn.linear_model.LogisticRegression(C=1, tol=1e-12) on the standardised column
    expect(predictor).toMatchObject({
      weights: [[0], [expect.closeTo(0.800878418, 6)]],
      bias: [0, expect.closeTo(0.017274141, 6)],
    });
  });

  it('predict with the portable predictor what was learned, missing values and unknown texts included', async () => {
    const rows = [
      { x: 1, kind: 'p' },
      { x: 2, kind: 'p' },
      { x: 8, kind: 'q' },
      { x: 9, kind: null },
    ];
    for (const algorithm of algorithms) {
      const predictor = JSON.parse(
        JSON.stringify(await learn(algorithm, rows, [0, 0, 1, 1], { k: 1 })),
      ) as Predictor;
      const [low, high, odd] = predictTable(
        predictor,
        createTable([
          { x: 1, kind: 'p' },
          { x: 9, kind: 'q' },
          { x: null, kind: 'never seen' },
        ]),
      );
      expect([low?.value, high?.value], algorithm).toEqual(['a', 'b']);
      expect(
        odd?.probabilities?.reduce((sum, p) => sum + p, 0),
        algorithm,
      ).toBeCloseTo(1, 9);
    }
  });

  it('train on 10,000 rows of 20 columns in seconds', async () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 10_000 }, () =>
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, random()])),
    );
    const labels = rows.map((row) => (Number(row.f0) + Number(row.f1) * Number(row.f2) > 0.75 ? 1 : 0));
    const started = process.cpuUsage();
    for (const algorithm of algorithms) await learn(algorithm, rows, labels, { trees: 20 });
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(20);
  });
});
