import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { checkSchema } from '../../src/functions/check-schema.ts';
import type { HandlerSpec, ParameterSpec, TypeSchema } from '../../src/functions/function-spec.ts';
import { parseParamText } from '../../src/functions/parse-param-text.ts';
import { reviveArguments } from '../../src/functions/revive-arguments.ts';
import { validateArguments } from '../../src/functions/validate-arguments.ts';

const param = (name: string, schema?: TypeSchema, more: Partial<ParameterSpec> = {}): ParameterSpec => ({
  name,
  role: 'param',
  required: true,
  ...(schema ? { schema } : {}),
  ...more,
});
const handler = (parameters: readonly ParameterSpec[], acceptsUnknown = false): HandlerSpec => ({
  name: 'train',
  parameters,
  results: [],
  acceptsUnknown,
});
const number: TypeSchema = { type: 'number' };
const string: TypeSchema = { type: 'string' };
const bigint: TypeSchema = { type: 'integer', format: 'bigint' };

function problems(
  spec: HandlerSpec,
  params: Record<string, unknown>,
  inputs: Record<string, unknown> = {},
): string[] {
  try {
    validateArguments(spec, { params, inputs });
    return [];
  } catch (error) {
    const { code, kind, details } = error as {
      code: string;
      kind: string;
      details: { problems: { code: string; message: string }[] };
    };
    expect([code, kind]).toEqual(['INVALID_PARAMS', 'usage']);
    return details.problems.map((problem) => `${problem.code}: ${problem.message}`);
  }
}

describe('validateArguments', () => {
  it('fills in defaults and keeps falsy values', () => {
    const spec = handler([
      param('depth', number, { required: false, default: 4 }),
      param('seed', number, { required: false, default: 1 }),
      param('kind', string, { required: false, defaultText: 'pick()' }),
      param('list', undefined, { required: false, default: [] }),
    ]);
    expect(validateArguments(spec, { params: { seed: 0, depth: undefined } }).params).toEqual({
      depth: 4,
      seed: 0,
      list: [],
    });
  });

  it('reports everything that is wrong at once', () => {
    const spec = handler([
      param('depth', number),
      param('leaf', number),
      param('data', undefined, { role: 'input', typeText: 'DataItem' }),
      param('test', undefined, { role: 'input', typeText: 'DataItem' }),
    ]);
    expect(problems(spec, { depth: 'abc', laef: 3, data: 'x.csv' }, { leaf: 'y', extra: 'z' })).toEqual([
      'PARAM_TYPE: param "depth" expects number, got "abc" (string)',
      'INPUT_UNKNOWN: "leaf" is a param, not an input: give it as --param leaf=<value>',
      'INPUT_MISSING: "data" is an input, not a param: give it as --input data=<url>',
      'INPUT_MISSING: input "test" is missing (DataItem): give it as --input test=<url>',
      'PARAM_UNKNOWN: param "laef" is not known; did you mean "leaf"?',
      'INPUT_UNKNOWN: input "extra" is not known: it takes "depth", "leaf", "data", "test"',
    ]);
  });

  it('puts every problem into the message', () => {
    expect(() =>
      validateArguments(handler([param('a', number), param('b', string)]), { params: { b: 5 } }),
    ).toThrow('handler "train" cannot run: param "a" is missing; param "b" expects string, got 5 (number)');
  });

  it('accepts further names where the handler does', () => {
    expect(validateArguments(handler([], true), { params: { any: [1] } }).params).toEqual({ any: [1] });
  });

  it.each<[TypeSchema, unknown, string | undefined]>([
    [{ enum: ['gini', 'entropy'] }, 'gin', `expects 'gini' | 'entropy', got "gin" (string)`],
    [{ type: 'array', items: number }, [1, 'x'], 'param "p[1]" expects number, got "x" (string)'],
    [
      { type: 'object', properties: { a: number }, required: ['a'], additionalProperties: false },
      { aa: 1 },
      'param "p.a" is required: expects number',
    ],
    [
      { type: 'object', properties: { depth: number }, additionalProperties: false },
      { detph: 1 },
      'param "p.detph" is not known; did you mean "depth"?',
    ],
    [
      {
        type: 'object',
        properties: { a: { type: 'object', properties: { b: number }, additionalProperties: false } },
        additionalProperties: false,
      },
      { a: { b: true } },
      'param "p.a.b" expects number, got true (boolean)',
    ],
    [{ anyOf: [number, { type: 'null' }] }, 'x', 'expects number | null, got "x" (string)'],
    [{ anyOf: [number, { type: 'array', items: number }] }, ['x'], 'param "p[0]" expects number'],
    [
      { type: 'array', prefixItems: [number, string], minItems: 2, items: false },
      [1],
      'expects [number, string], got [1] (array)',
    ],
    [{ type: 'string', format: 'date-time' }, 'soon', 'expects Date, got "soon" (string)'],
    [{ type: 'string', format: 'date-time' }, new Date(0), undefined],
    [{ type: 'integer', format: 'bigint' }, 2n ** 70n, undefined],
    [number, Number.NaN, undefined],
    [number, Number.NEGATIVE_INFINITY, undefined],
    [number, null, 'expects number, got null'],
    [{ type: 'boolean' }, 1, 'expects boolean, got 1 (number)'],
    [{}, { any: 'thing' }, undefined],
  ])('%j given %s', (schema, value, problem) => {
    const found = problems(handler([param('p', schema)]), { p: value }).join('\n');
    if (problem === undefined) expect(found).toBe('');
    else expect(found).toContain(problem);
  });
});

/** Schemas with values that fit them. */
const typed: fc.Arbitrary<{ schema: TypeSchema; value: Json }> = fc.letrec<{
  typed: { schema: TypeSchema; value: Json };
}>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 3 },
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ schema: number, value })),
    fc.string().map((value) => ({ schema: string, value })),
    fc.boolean().map((value) => ({ schema: { type: 'boolean' }, value })),
    fc
      .uniqueArray(fc.string(), { minLength: 1, maxLength: 4 })
      .map((values) => ({ schema: { enum: values }, value: values[0] ?? '' })),
    fc.tuple(tie('typed'), fc.nat(3)).map(([{ schema, value }, count]) => ({
      schema: { type: 'array', items: schema },
      value: Array.from({ length: count }, () => value),
    })),
    fc
      .dictionary(fc.string({ minLength: 1 }), tie('typed'), { maxKeys: 3, noNullPrototype: true })
      .map((entries) => ({
        schema: {
          type: 'object',
          properties: Object.fromEntries(Object.entries(entries).map(([key, { schema }]) => [key, schema])),
          required: Object.keys(entries),
          additionalProperties: false,
        },
        value: Object.fromEntries(Object.entries(entries).map(([key, { value }]) => [key, value])),
      })),
  ),
})).typed;

describe('for any type', () => {
  it('a value of it is accepted and comes back as it was', () => {
    fc.assert(
      fc.property(typed, ({ schema, value }) => {
        expect(checkSchema(schema, value)).toEqual([]);
        expect(validateArguments(handler([param('p', schema)]), { params: { p: value } }).params).toEqual({
          p: value,
        });
        expect(reviveArguments(handler([param('p', schema)]), { p: value })).toEqual({ p: value });
      }),
    );
  });

  it('text of a value gives the value', () => {
    fc.assert(
      fc.property(typed, ({ schema, value }) => {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        expect(parseParamText({ schema }, text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('a value of another type is refused by name, never with a crash', () => {
    fc.assert(
      fc.property(typed, fc.jsonValue(), ({ schema }, value) => {
        for (const problem of problems(handler([param('p', schema)]), { p: value }))
          expect(problem).toContain('param "p');
      }),
    );
  });
});

describe('parseParamText', () => {
  it.each<[TypeSchema | undefined, string, Json]>([
    [string, '5', '5'],
    [string, '{"a":1}', '{"a":1}'],
    [string, '', ''],
    [{ enum: ['1', '2'] }, '1', '1'],
    [number, '5', 5],
    [number, '-1e3', -1000],
    [number, 'abc', 'abc'],
    [number, 'NaN', 'NaN'],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'array', items: string }, '["a"]', ['a']],
    [{ anyOf: [string, { type: 'null' }] }, 'null', null],
    [{ anyOf: [string, number] }, '5', 5],
    [{ anyOf: [string, number] }, 'five', 'five'],
    [{ anyOf: [string, { type: 'array', items: string }] }, '["a"]', ['a']],
    [{ type: 'string', format: 'date-time' }, '2026-01-01', '2026-01-01'],
    [bigint, '5', 5],
    [bigint, '-12345678901234567891', '-12345678901234567891'],
    [{ anyOf: [bigint, { type: 'null' }] }, '12345678901234567891', '12345678901234567891'],
    [number, '12345678901234567891', 12345678901234567000],
    [undefined, '5', 5],
    [undefined, 'five', 'five'],
    [undefined, '"5"', '5'],
  ])('reads %j from %j', (schema, text, value) => {
    expect(parseParamText(schema ? { schema } : {}, text)).toEqual(value);
  });

  it('reads JSON if it parses where the parameter is not known', () => {
    expect([parseParamText(undefined, '[1]'), parseParamText(undefined, 'x y')]).toEqual([[1], 'x y']);
  });
});

describe('reviveArguments', () => {
  it('gives handlers what their types promise', () => {
    const spec = handler([
      param('since', { type: 'string', format: 'date-time' }),
      param('big', bigint),
      param('bigOrNone', { anyOf: [bigint, { type: 'null' }] }),
      param('weights', { type: 'object', additionalProperties: number, format: 'map' }),
      param('names', { type: 'array', items: string, format: 'set' }),
      param('limit', number),
      param('nested', { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } }),
      param('either', { anyOf: [string, { type: 'string', format: 'date-time' }] }),
      param('free'),
    ]);
    const revived = reviveArguments(spec, {
      since: '1970-01-01T00:00:00.000Z',
      big: '1180591620717411303424',
      bigOrNone: 5,
      weights: { a: 1 },
      names: ['x', 'x'],
      limit: 'Infinity',
      nested: { at: '1970-01-01T00:00:00.000Z', other: 1 },
      either: '1970-01-01T00:00:00.000Z',
      free: 'NaN',
    });
    expect(revived).toEqual({
      since: new Date(0),
      big: 2n ** 70n,
      bigOrNone: 5n,
      weights: new Map([['a', 1]]),
      names: new Set(['x']),
      limit: Number.POSITIVE_INFINITY,
      nested: { at: new Date(0), other: 1 },
      either: '1970-01-01T00:00:00.000Z',
      free: 'NaN',
    });
  });
});
