import { describe, expect, it } from 'vitest';
import { createTable } from '../../src/data/create-table.ts';
import { predictTable } from '../../src/data/predict.ts';
import type { Predictor } from '../../src/data/predictor.ts';
import { parsePredictor } from '../../src/data/predictors/parse-predictor.ts';

const features = [
  { column: 'x', type: 'number', shift: 10, scale: 2, missing: 0.25 },
  { column: 'colour', type: 'category', value: 'red' },
] as const;

const linear: Predictor = {
  apiVersion: 'slipway/v1',
  type: 'linear',
  features,
  classes: ['no', 'yes'],
  weights: [
    [0, 0],
    [1, 2],
  ],
  bias: [0, -1],
};

const tree: Predictor = {
  apiVersion: 'slipway/v1',
  type: 'tree-ensemble',
  features: [{ column: 'x', type: 'number' }],
  trees: [
    { feature: [0, -1, -1], threshold: [5, 0, 0], left: [1, 0, 0], right: [2, 0, 0], value: [[], [1], [3]] },
    { feature: [-1], threshold: [0], left: [0], right: [0], value: [[10]] },
  ],
};

const neighbours: Predictor = {
  apiVersion: 'slipway/v1',
  type: 'nearest-neighbours',
  features: [{ column: 'x', type: 'number' }],
  classes: ['a', 'b'],
  k: 2,
  points: [[0], [1], [2]],
  targets: [1, 0, 0],
};

describe('predicting with a linear predictor', () => {
  it('scales numbers, marks categories, fills in missing values and gives probabilities', () => {
    const table = createTable([
      { x: 14, colour: 'red' },
      { x: null, colour: null },
      { x: 10, colour: 'blue' },
    ]);
    const predictions = predictTable(linear, table);
    expect(predictions.map(({ value }) => value)).toEqual(['yes', 'no', 'no']);
    const share = (score: number): number => 1 / (1 + Math.exp(-score));
    const yes = predictions.map(({ probabilities }) => probabilities?.[1] ?? 0);
    [share(3), share(0.25 - 1), share(-1)].forEach((expected, i) => {
      expect(yes[i]).toBeCloseTo(expected, 12);
    });
  });

  it('gives numbers where it has no classes, and stays finite for enormous scores', () => {
    const { classes: _, ...regression } = { ...linear, weights: [[2, 1]], bias: [0.5] };
    const table = createTable([{ x: 12, colour: 'red' }]);
    expect(predictTable(regression as Predictor, table)).toEqual([{ value: 3.5 }]);
    const steep = {
      ...linear,
      weights: [
        [0, 0],
        [1e9, 0],
      ],
    } as Predictor;
    expect(predictTable(steep, table)[0]?.probabilities).toEqual([0, 1]);
  });
});

describe('predicting with trees and neighbours', () => {
  it('averages the leaves; a value at the threshold goes left, a missing one is 0', () => {
    const table = createTable([{ x: 5 }, { x: 5.0001 }, { x: null }]);
    expect(predictTable(tree, table).map(({ value }) => value)).toEqual([5.5, 6.5, 5.5]);
  });

  it('counts the votes of the nearest points; ties go to the first point and the first class', () => {
    const predictions = predictTable(neighbours, createTable([{ x: 0.4 }, { x: 1 }, { x: 5n }]));
    expect(predictions).toEqual([
      { value: 'a', probabilities: [0.5, 0.5] },
      { value: 'a', probabilities: [0.5, 0.5] },
      { value: 'a', probabilities: [1, 0] },
    ]);
    const { classes: _, ...regression } = { ...neighbours, targets: [10, 20, 40] };
    expect(predictTable(regression as Predictor, createTable([{ x: 0 }]))).toEqual([{ value: 15 }]);
  });
});

describe('a table that does not fit', () => {
  it('is refused naming the column', () => {
    expect(() => predictTable(linear, createTable([{ x: 1, color: 'red' }]))).toThrow(
      expect.objectContaining({ code: 'COLUMN_NOT_FOUND', hint: 'did you mean "color"?' }),
    );
    expect(() => predictTable(tree, createTable([{ x: 'five' }]))).toThrow(
      expect.objectContaining({
        code: 'TABLE_TYPE_MISMATCH',
        message: expect.stringContaining('"five" at row 1'),
      }),
    );
  });

  it('may be empty', () => {
    expect(predictTable(tree, createTable([{ x: 1 }]).slice(0, 0))).toEqual([]);
  });
});

describe('checking a predictor', () => {
  it('takes each kind', () => {
    for (const predictor of [linear, tree, neighbours])
      expect(parsePredictor(JSON.parse(JSON.stringify(predictor)), 'model "m"')).toEqual(predictor);
  });

  const first = tree.type === 'tree-ensemble' ? tree.trees[0] : undefined;
  it.each([
    [null, 'it is no object'],
    [{ ...linear, apiVersion: 'v2' }, '"apiVersion"'],
    [{ ...linear, type: 'svm' }, '"type"'],
    [{ ...linear, features: [] }, '"features"'],
    [{ ...linear, features: [{ column: 'x', type: 'number', scale: 0 }] }, '"features[0].scale" is zero'],
    [{ ...linear, features: [{ column: 'x', type: 'category' }] }, '"features[0].value"'],
    [{ ...linear, classes: ['a', 'a'] }, '"classes" names a class twice'],
    [{ ...linear, weights: [[1, 2]] }, '"weights" is not 2 rows'],
    [
      {
        ...linear,
        weights: [
          [1, 2],
          [Number.NaN, 2],
        ],
      },
      '"weights[1]" is not 2 finite numbers',
    ],
    [{ ...linear, bias: [1] }, '"bias"'],
    [{ ...tree, trees: [{ ...first, left: [0, 0, 0] }] }, '"trees[0].left[0]" is no node behind its parent'],
    [{ ...tree, trees: [{ ...first, feature: [3, -1, -1] }] }, '"trees[0].feature[0]"'],
    [{ ...tree, trees: [{ ...first, value: [[], [1, 2], [3]] }] }, '"trees[0].value[1]"'],
    [{ ...neighbours, k: 4 }, '"k"'],
    [{ ...neighbours, targets: [0, 1, 2] }, '"targets[2]"'],
    [{ ...neighbours, points: [[0], [1], ['2']] }, '"points[2]"'],
  ])('refuses one that is wrong and names the place (%#)', (predictor, message) => {
    expect(() => parsePredictor(predictor, 'model "m"')).toThrow(
      expect.objectContaining({
        code: 'INVALID_PREDICTOR',
        message: expect.stringContaining(message),
        hint: expect.any(String),
      }),
    );
  });
});
