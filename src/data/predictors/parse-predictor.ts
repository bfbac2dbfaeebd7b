import type { ErrorFactory } from '../../core/error.ts';
import { invalidPredictor } from '../errors.ts';
import type { Predictor, TreeNodes } from '../predictor.ts';
import { isNumber, isNumbers, isRecord, isStrings } from './shape.ts';

/**
 * Checks that a value is a predictor that `predictTable` can use, whole: every number finite, every row as wide as the
 * features, trees without loops. Throws `INVALID_PREDICTOR` naming the place. `source` names the model in the message.
 */
export function parsePredictor(value: unknown, source: string): Predictor {
  const fail: Fail = (place, reason) => refuse(invalidPredictor, source, place, reason);
  if (!isRecord(value)) throw fail('', 'is no object');
  if (value.apiVersion !== 'slipway/v1') throw fail('apiVersion', 'is not "slipway/v1"');
  const features = parseFeatures(value.features, fail);
  const classes = parseClasses(value.classes, fail);
  switch (value.type) {
    case 'linear':
      parseLinear(value, features, classes, fail);
      break;
    case 'tree-ensemble':
      parseTrees(value, features, classes, fail);
      break;
    case 'nearest-neighbours':
      parseNeighbours(value, features, classes, fail);
      break;
    default:
      throw fail('type', 'is none of "linear", "tree-ensemble", "nearest-neighbours"');
  }
  return value as unknown as Predictor;
}

type Fail = (place: string, reason: string) => Error;
type Shape = Readonly<Record<string, unknown>>;

function refuse(error: ErrorFactory, source: string, place: string, reason: string): Error {
  return error(`the predictor of ${source} is not valid: ${place ? `"${place}" ` : 'it '}${reason}`, {
    hint: 'see the type Predictor for the shape of each kind of predictor',
    details: { place },
  });
}

function parseFeatures(value: unknown, fail: Fail): number {
  if (!Array.isArray(value) || value.length === 0)
    throw fail('features', 'is no list of at least one feature');
  value.forEach((feature: unknown, index) => {
    const place = `features[${index}]`;
    if (!isRecord(feature)) throw fail(place, 'is no object');
    if (typeof feature.column !== 'string') throw fail(`${place}.column`, 'is no text');
    if (feature.type !== 'number' && feature.type !== 'category')
      throw fail(`${place}.type`, 'is neither "number" nor "category"');
    if (feature.type === 'category' && typeof feature.value !== 'string')
      throw fail(`${place}.value`, 'is no text');
    for (const name of ['shift', 'scale', 'missing'])
      if (feature[name] !== undefined && !isNumber(feature[name]))
        throw fail(`${place}.${name}`, 'is no finite number');
    if (feature.scale === 0) throw fail(`${place}.scale`, 'is zero');
  });
  return value.length;
}

/** Number of outputs: one for a regressor. */
function parseClasses(value: unknown, fail: Fail): number | undefined {
  if (value === undefined) return undefined;
  if (!isStrings(value) || value.length === 0) throw fail('classes', 'is no list of class names');
  if (new Set(value).size !== value.length) throw fail('classes', 'names a class twice');
  return value.length;
}

function parseLinear(value: Shape, features: number, classes: number | undefined, fail: Fail): void {
  const { weights, bias } = value;
  const rows = classes ?? 1;
  if (!Array.isArray(weights) || weights.length !== rows)
    throw fail(
      'weights',
      `is not ${rows} rows, one ${classes === undefined ? 'for a regressor' : 'a class'}`,
    );
  weights.forEach((row: unknown, index) => {
    if (!isNumbers(row, features)) throw fail(`weights[${index}]`, `is not ${features} finite numbers`);
  });
  if (!isNumbers(bias, rows)) throw fail('bias', `is not ${rows} finite numbers`);
}

function parseTrees(value: Shape, features: number, classes: number | undefined, fail: Fail): void {
  const { trees } = value;
  if (!Array.isArray(trees) || trees.length === 0) throw fail('trees', 'is no list of at least one tree');
  trees.forEach((tree: unknown, index) => {
    parseTree(tree, `trees[${index}]`, { features, outputs: classes ?? 1 }, fail);
  });
}

function parseTree(
  value: unknown,
  place: string,
  { features, outputs }: { features: number; outputs: number },
  fail: Fail,
): void {
  if (!isRecord(value)) throw fail(place, 'is no object');
  const tree = value as Partial<TreeNodes>;
  const nodes = Array.isArray(tree.feature) ? tree.feature.length : 0;
  if (nodes === 0) throw fail(`${place}.feature`, 'is no list of at least one node');
  for (const name of ['feature', 'threshold', 'left', 'right'] as const)
    if (!isNumbers(tree[name], nodes)) throw fail(`${place}.${name}`, `is not ${nodes} finite numbers`);
  if (!Array.isArray(tree.value) || tree.value.length !== nodes)
    throw fail(`${place}.value`, `is not ${nodes} lists`);
  for (let node = 0; node < nodes; node++) {
    const feature = tree.feature?.[node] ?? -1;
    if (!Number.isInteger(feature) || feature < -1 || feature >= features)
      throw fail(`${place}.feature[${node}]`, `is neither -1 nor a feature from 0 to ${features - 1}`);
    if (feature === -1) {
      if (!isNumbers(tree.value[node], outputs))
        throw fail(`${place}.value[${node}]`, `is not ${outputs} finite numbers`);
      continue;
    }
    // a child stands behind its parent, so that no walk goes round in circles
    for (const side of ['left', 'right'] as const) {
      const child = tree[side]?.[node] ?? -1;
      if (!Number.isInteger(child) || child <= node || child >= nodes)
        throw fail(
          `${place}.${side}[${node}]`,
          `is no node behind its parent, from ${node + 1} to ${nodes - 1}`,
        );
    }
  }
}

function parseNeighbours(value: Shape, features: number, classes: number | undefined, fail: Fail): void {
  const { k, points, targets } = value;
  if (!Array.isArray(points) || points.length === 0) throw fail('points', 'is no list of at least one point');
  points.forEach((point: unknown, index) => {
    if (!isNumbers(point, features)) throw fail(`points[${index}]`, `is not ${features} finite numbers`);
  });
  if (!isNumber(k) || !Number.isInteger(k) || k < 1 || k > points.length)
    throw fail('k', `is no whole number from 1 to ${points.length}, the number of points`);
  if (!isNumbers(targets, points.length)) throw fail('targets', `is not ${points.length} finite numbers`);
  if (classes === undefined) return;
  const wrong = targets.findIndex((target) => !Number.isInteger(target) || target < 0 || target >= classes);
  if (wrong >= 0) throw fail(`targets[${wrong}]`, `is no class from 0 to ${classes - 1}`);
}
