import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { parseDuration } from '../core/duration.ts';
import { nearestName } from '../core/nearest-name.ts';
import type { ObjectShape, Shape } from './project-shape.ts';

/** Something wrong in a YAML file. */
export interface ShapeProblem {
  /** Offset in the text. */
  readonly offset: number;
  /** `pipelines[0].file` */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

type Checked = { readonly node: unknown; readonly offset: number; readonly path: string };

/** What in a parsed YAML tree differs from the shape; everything at once. */
export function checkShape(node: unknown, shape: Shape, offset = 0, path = ''): readonly ShapeProblem[] {
  const at: Checked = { node, offset: startOf(node) ?? offset, path };
  if (isAlias(node)) return [problem(at, 'aliases are not taken here', 'write the value itself')];
  switch (shape.type) {
    case 'json':
      return [];
    case 'object':
      return isMap(node) ? checkObject(node, shape, at) : [wrongType(at, 'keys and values')];
    case 'either':
      return checkShape(node, isMap(node) ? shape.map : shape.scalar, offset, path);
    case 'one-or-many':
      return isSeq(node)
        ? checkList(node, { type: 'list', of: shape.of }, at)
        : checkShape(node, shape.of, offset, path);
    case 'variant':
      return isMap(node) ? checkVariant(node, shape, at) : [wrongType(at, 'keys and values')];
    case 'record':
      return isMap(node)
        ? node.items.flatMap((pair) =>
            checkShape(pair.value, shape.of, startOf(pair.key), join(path, keyOf(pair))),
          )
        : [wrongType(at, 'keys and values')];
    case 'list':
      return isSeq(node) ? checkList(node, shape, at) : [wrongType(at, 'a list')];
    case 'text':
    case 'number':
    case 'choice':
    case 'flag':
    case 'duration':
      return checkScalar(at, shape);
  }
}

function checkObject(map: YAMLMap, shape: ObjectShape, at: Checked): readonly ShapeProblem[] {
  const known = Object.keys(shape.fields);
  const present = map.items.map((pair) => keyOf(pair));
  const missing = shape.required
    .filter((key) => !present.includes(key))
    .map((key) =>
      problem(at, `${at.path === '' ? 'the project' : `"${at.path}"`} has no "${key}"`, `add ${key}: …`),
    );
  const inner = map.items.flatMap((pair) => {
    const key = keyOf(pair);
    const offset = startOf(pair.key) ?? at.offset;
    const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (field === undefined)
      return [unknownKey({ node: pair.key, offset, path: join(at.path, key) }, key, known, shape)];
    const isEmpty = pair.value === null || (isScalar(pair.value) && pair.value.value === null);
    if (isEmpty && !shape.required.includes(key)) return [];
    return checkShape(pair.value, field, offset, join(at.path, key));
  });
  return [...inner, ...missing];
}

function checkVariant(
  map: YAMLMap,
  { key, of }: Extract<Shape, { type: 'variant' }>,
  at: Checked,
): readonly ShapeProblem[] {
  const known = Object.keys(of);
  if (!map.has(key))
    return [problem(at, `"${at.path || 'it'}" has no "${key}"`, `add ${key}: ${known.join(' | ')}`)];
  const chosen = map.get(key);
  const shape = typeof chosen === 'string' && Object.hasOwn(of, chosen) ? of[chosen] : undefined;
  if (shape !== undefined) return checkObject(map, shape, at);
  const node = map.get(key, true);
  const path = join(at.path, key);
  return checkScalar({ node, offset: startOf(node) ?? at.offset, path }, { type: 'choice', values: known });
}

function unknownKey(at: Checked, key: string, known: readonly string[], shape: ObjectShape): ShapeProblem {
  const instead = shape.instead?.[key];
  const near = nearestName(key, known);
  const hint =
    instead !== undefined
      ? `write ${instead}`
      : near !== undefined
        ? `did you mean "${near}"?`
        : `known keys: ${known.join(', ')}`;
  return problem(at, `unknown key "${key}"`, hint);
}

function checkList(
  seq: YAMLSeq,
  shape: Extract<Shape, { type: 'list' }>,
  at: Checked,
): readonly ShapeProblem[] {
  const problems = seq.items.flatMap((item, i) => checkShape(item, shape.of, at.offset, `${at.path}[${i}]`));
  const { unique } = shape;
  return unique === undefined ? problems : [...problems, ...duplicates(seq, unique, at)];
}

function duplicates(seq: YAMLSeq, key: string, at: Checked): readonly ShapeProblem[] {
  const seen = new Map<unknown, number>();
  return seq.items.flatMap((item, i) => {
    const value = isMap(item) ? item.get(key) : undefined;
    if (value === undefined) return [];
    const first = seen.get(value);
    if (first === undefined) {
      seen.set(value, i);
      return [];
    }
    const place = { node: item, offset: startOf(item) ?? at.offset, path: `${at.path}[${i}].${key}` };
    return [
      problem(place, `${key} "${String(value)}" is used twice, in ${at.path}[${first}] and ${at.path}[${i}]`),
    ];
  });
}

function checkScalar(
  at: Checked,
  shape: Extract<Shape, { type: 'text' | 'number' | 'choice' | 'flag' | 'duration' }>,
): readonly ShapeProblem[] {
  const value = isScalar(at.node) ? at.node.value : at.node;
  switch (shape.type) {
    case 'number': {
      const fits = typeof value === 'number' && (shape.integer !== true || Number.isInteger(value));
      if (!fits) return [wrongType(at, shape.integer ? 'a whole number' : 'a number')];
      return shape.min !== undefined && value < shape.min
        ? [problem(at, `"${at.path}" must be at least ${shape.min}, got ${value}`)]
        : [];
    }
    case 'choice': {
      if (typeof value === 'string' && shape.values.includes(value)) return [];
      const near = typeof value === 'string' ? nearestName(value, shape.values) : undefined;
      const hint = near === undefined ? `use one of: ${shape.values.join(', ')}` : `did you mean "${near}"?`;
      return [problem(at, `"${at.path}" cannot be ${describe(at.node)}`, hint)];
    }
    case 'duration':
      return isDuration(value) ? [] : [wrongType(at, 'a time such as 30s, 10m or 2h')];
    case 'flag':
      return typeof value === 'boolean' ? [] : [wrongType(at, 'true or false')];
    case 'text': {
      if (typeof value !== 'string') return [wrongType(at, 'text')];
      const wrong = shape.check?.(value);
      return wrong === undefined ? [] : [problem(at, `"${at.path}": ${wrong}`)];
    }
  }
}

function isDuration(value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  try {
    return parseDuration(value) > 0;
  } catch {
    return false;
  }
}

function wrongType(at: Checked, expected: string): ShapeProblem {
  const what = at.path === '' ? 'the file' : `"${at.path}"`;
  return problem(at, `${what} expects ${expected}, got ${describe(at.node)}`);
}

function describe(node: unknown): string {
  if (isMap(node)) return 'keys and values';
  if (isSeq(node)) return 'a list';
  const value = isScalar(node) ? node.value : node;
  return value === null || value === undefined ? 'nothing' : `${JSON.stringify(value)} (${typeof value})`;
}

function problem(at: Checked, message: string, hint?: string): ShapeProblem {
  return { offset: at.offset, path: at.path, message, ...(hint === undefined ? {} : { hint }) };
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

function startOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null | undefined)?.range?.[0];
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
