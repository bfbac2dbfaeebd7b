import { nearestName } from '../core/nearest-name.ts';

/** What is wrong with a document, and where. */
export interface ShapeProblem {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly got?: string;
  readonly hint?: string;
}

type Path = readonly (string | number)[];
type Check = (value: unknown, path: Path) => ShapeProblem | undefined;

/** The first thing that keeps a value from being a function's description; undefined if nothing does. */
export function checkFunctionShape(content: unknown): ShapeProblem | undefined {
  return checkDocument(content, []) ?? checkDefaultHandler(content as Described);
}

interface Described {
  readonly spec: { readonly handlers: Readonly<Record<string, unknown>>; readonly defaultHandler: string };
}

const text: Check = (value, path) =>
  typeof value === 'string' ? undefined : wrong(value, path, 'expects text');
const flag: Check = (value, path) =>
  typeof value === 'boolean' ? undefined : wrong(value, path, 'expects true or false');
const anything: Check = () => undefined;
const digest: Check = (value, path) =>
  typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)
    ? undefined
    : wrong(value, path, 'expects sha256:<64 hex digits>');

const oneOf =
  (...choices: readonly string[]): Check =>
  (value, path) =>
    choices.includes(value as string)
      ? undefined
      : wrong(value, path, `expects ${choices.map((each) => `"${each}"`).join(' or ')}`);

const listOf =
  (item: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? firstProblem(value.map((each, index) => item(each, [...path, index])))
      : wrong(value, path, 'expects a list');

const mapOf =
  (item: Check): Check =>
  (value, path) =>
    isRecord(value)
      ? firstProblem(Object.entries(value).map(([key, each]) => item(each, [...path, key])))
      : wrong(value, path, 'expects a map');

/** Keys ending in `?` may be missing; keys that are not listed are mistakes. */
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (!isRecord(value)) return wrong(value, path, 'expects a map');
    const known = Object.keys(fields).map((key) => key.replace(/\?$/, ''));
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown !== undefined) {
      const nearest = nearestName(unknown, known);
      const hint = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`;
      return { path: [...path, unknown], expected: 'is not known here', hint };
    }
    return firstProblem(
      Object.entries(fields).map(([field, check]) => {
        const key = field.replace(/\?$/, '');
        if (value[key] !== undefined) return check(value[key], [...path, key]);
        return field.endsWith('?') ? undefined : { path: [...path, key], expected: 'is missing' };
      }),
    );
  };

const parameter = record({
  name: text,
  role: oneOf('param', 'input'),
  required: flag,
  'typeText?': text,
  'schema?': mapOf(anything),
  'default?': anything,
  'defaultText?': text,
  'doc?': text,
});
const result = record({ name: text, role: oneOf('result', 'artifact'), 'typeText?': text, 'doc?': text });
const handler = record({
  name: text,
  parameters: listOf(parameter),
  results: listOf(result),
  acceptsUnknown: flag,
  'doc?': text,
  'returnsDoc?': text,
  'source?': mapOf(anything),
});
const manifest = record({
  apiVersion: oneOf('slipway/v1'),
  digest,
  handlers: listOf(text),
  externals: mapOf(text),
  packages: mapOf(text),
  needsApi: flag,
  size: anything,
  target: text,
  esbuild: text,
});
const checkDocument = record({
  apiVersion: oneOf('slipway/v1'),
  kind: oneOf('Function'),
  metadata: record({
    name: text,
    'labels?': mapOf(text),
    'description?': text,
    'version?': text,
    'categories?': listOf(text),
  }),
  spec: record({
    handlers: mapOf(handler),
    defaultHandler: text,
    digest,
    'bundle?': manifest,
    'files?': record({ 'main.mjs': text, 'main.mjs.map?': text }),
    'source?': text,
    'returns?': mapOf(oneOf('result', 'dataset', 'model', 'plot', 'file')),
    'kubernetes?': mapOf(anything),
    'image?': record({
      digest,
      platform: text,
      base: record({ reference: text, digest }),
      'reference?': text,
    }),
  }),
});

function checkDefaultHandler({ spec }: Described): ShapeProblem | undefined {
  const names = Object.keys(spec.handlers);
  if (names.includes(spec.defaultHandler)) return undefined;
  return {
    path: ['spec', 'defaultHandler'],
    expected: `expects one of the handlers (${names.join(', ') || 'there are none'})`,
    got: JSON.stringify(spec.defaultHandler),
  };
}

function wrong(value: unknown, path: Path, expected: string): ShapeProblem {
  const got = JSON.stringify(value) ?? 'nothing';
  return { path, expected, got: got.length > 60 ? `${got.slice(0, 59)}…` : got };
}

const firstProblem = (problems: readonly (ShapeProblem | undefined)[]): ShapeProblem | undefined =>
  problems.find((problem) => problem !== undefined);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
