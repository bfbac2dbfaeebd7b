import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/pipelines/plan/parse-plan.ts';
import type { Plan, PlanCondition, PlanStep, PlanValue } from '../../src/pipelines/plan/plan.ts';
import { renderPlan } from '../../src/pipelines/render/render-plan.ts';
import { literal, output, plan, step } from './support/plan.ts';

const schema = JSON.parse(readFileSync('docs/schema/plan.json', 'utf8')) as object;
const matches = new Ajv2020({ strictTypes: false }).compile(schema);

/** What the schema says, and what the reader says. */
function verdicts(value: unknown): { schema: boolean; reader: boolean } {
  let reader = true;
  try {
    parsePlan(value);
  } catch {
    reader = false;
  }
  return { schema: matches(value), reader };
}

const full: Plan = plan(
  [
    step('load', {
      options: { seed: 3, labels: { a: 'b' }, env: {}, secrets: ['TOKEN'], runtime: 'process' },
    }),
    step('train', {
      arguments: {
        data: output('load', 'rows'),
        rate: { type: 'parameter', name: 'rate', path: [] },
        all: {
          type: 'record',
          entries: { list: { type: 'list', items: [output('load', 'n'), literal(true)] } },
        },
      },
      sweep: { hyperparams: { depth: [1, 2] }, selector: 'max.accuracy', maxErrors: 0, parallel: 2 },
      options: {
        retry: { retries: 2, retryOn: ['RUN_TIMEOUT'] },
        timeoutMs: 10,
        resources: { memory: 1 << 20, cpus: 0.5 },
      },
    }),
    step('deploy', {
      after: ['load'],
      when: {
        type: 'and',
        conditions: [
          { type: 'compare', operator: '>=', left: output('train', 'accuracy'), right: literal(0.9) },
          { type: 'not', condition: { type: 'truthy', value: output('train', 'dry') } },
        ],
      },
      options: { cache: { mode: 'on', ttlMs: 5, singleFlight: false }, isolation: 'pool' },
    }),
    step('each', {
      map: 'names',
      arguments: { x: { type: 'item', of: 'names', part: 'value', path: [] } },
    }),
    step('sum', {
      arguments: {
        all: { type: 'gather', of: 'names', value: output('each', 'n'), steps: ['each'], path: [] },
      },
    }),
  ],
  {
    maps: { names: { items: output('load', 'names'), key: 'id', parallelism: 2, after: ['train'] } },
    pruned: { sum: { type: 'left-out', reason: 'not asked for' } },
    arguments: { rate: 0.1 },
    outputs: { accuracy: output('train', 'accuracy') },
    parallelism: 2,
    onExit: step('notify'),
  },
);

const value: fc.Arbitrary<PlanValue> = fc.letrec<{ value: PlanValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue({ maxDepth: 1 }).map((json) => ({ type: 'literal' as const, value: json as never })),
    fc.record({ type: fc.constant('output' as const), step: fc.constant('a'), path: fc.array(fc.string()) }),
    fc.record({ type: fc.constant('list' as const), items: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({
      type: fc.constant('record' as const),
      entries: fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
    }),
  ),
})).value;
const condition: fc.Arbitrary<PlanCondition> = fc.oneof(
  fc.record({
    type: fc.constant('compare' as const),
    operator: fc.constantFrom('==' as const, '<' as const),
    left: value,
    right: value,
  }),
  fc.record({ type: fc.constant('truthy' as const), value }),
);
const anyStep: fc.Arbitrary<PlanStep> = fc
  .record({
    arguments: fc.dictionary(fc.string(), value, { maxKeys: 3 }),
    when: fc.option(condition, { nil: undefined }),
  })
  .map(({ arguments: args, when }) =>
    step('b', { arguments: args, ...(when === undefined ? {} : { when }) }),
  );

describe('the plan as JSON', () => {
  it('with everything in it fits its published schema and is read back as it was', () => {
    expect(matches(full), JSON.stringify(matches.errors)).toBe(true);
    expect(parsePlan(JSON.parse(JSON.stringify(full)))).toEqual(full);
  });

  it('is taken by schema and reader alike whatever its values are', () => {
    fc.assert(
      fc.property(anyStep, (one) => {
        const made: unknown = JSON.parse(JSON.stringify(plan([step('a'), one])));
        expect(verdicts(made)).toEqual({ schema: true, reader: true });
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, (draft: Record<string, unknown>) => unknown]>([
    ['a key that does not exist', (draft) => ({ ...draft, extra: 1 })],
    ['another kind', (draft) => ({ ...draft, kind: 'Plot' })],
    [
      'a step without an id',
      (draft) => ({ ...draft, spec: { ...(draft.spec as object), steps: [{ function: 'any' }] } }),
    ],
    ['an unknown policy', (draft) => ({ ...draft, spec: { ...(draft.spec as object), onFailure: 'retry' } })],
    ['a list instead of an object', () => []],
    ['nothing', () => null],
  ])('is refused by schema and reader alike with %s', (_name, change) => {
    const draft = JSON.parse(JSON.stringify(full)) as Record<string, unknown>;
    expect(verdicts(change(draft))).toEqual({ schema: false, reader: false });
  });

  it('names every place that is wrong, and every edge that leads nowhere', () => {
    const wrongForm = {
      ...full,
      spec: { ...full.spec, onFailure: 'never', steps: [{ ...step('a'), options: { timeoutMs: -1 } }] },
    };
    expect(() => parsePlan(wrongForm)).toThrow(/spec\.onFailure[\s\S]*|spec\.steps\.0\.options\.timeoutMs/);
    const wrongEdges = plan(
      [
        step('a', { after: ['ghost'], arguments: { x: output('nobody', 'x') } }),
        step('a'),
        step('b', {
          function: 'none',
          after: ['c'],
          arguments: { y: { type: 'parameter', name: 'q', path: [] } },
        }),
        step('c', { after: ['b'] }),
      ],
      { outputs: { o: output('lost', 'x') } },
    );
    let message = '';
    try {
      parsePlan(wrongEdges);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const part of [
      'the step id "a" is used twice',
      'step "a" comes after the step "ghost"',
      'step "a" needs the step "nobody"',
      'calls the function "none"',
      'needs the parameter "q"',
      'the output "o" needs the step "lost"',
      'steps wait for each other: b → c → b',
    ])
      expect(message).toContain(part);
  });

  it('of a newer version is refused as such, whatever else is in it', () => {
    expect(() => parsePlan({ apiVersion: 'slipway/v2', anything: true })).toThrow(
      expect.objectContaining({ code: 'PLAN_TOO_NEW', hint: expect.stringContaining('update Slipway') }),
    );
  });
});

describe('a plan for people', () => {
  it('is a table of steps, what they get and what they wait for', () => {
    expect(renderPlan(full).replace(/ {3,}/g, '  ')).toBe(
      [
        'demo: 6 steps, on failure stop, rate=0.1',
        '',
        'STEP  FUNCTION  AFTER  ARGUMENTS',
        'load  any',
        'train  any  load  data=load.rows rate=params.rate all={ list: [load.n, true] } sweep(grid, depth, by max.accuracy)',
        'deploy  any  train, load  if (train.accuracy >= 0.9) and (not (train.dry))',
        'each  any  load, train  x=item for each of load.names by its id, 2 at once',
        'sum  any  each  all=each.n[] (not asked for)',
        'notify  any  all others',
        '',
        'outputs',
        '  accuracy  train.accuracy',
      ].join('\n'),
    );
  });

  it('is a graph for Mermaid and for Graphviz, with what is passed along the edges', () => {
    const small = plan([
      step('load'),
      step('train', { arguments: { data: output('load', 'rows') } }),
      step('tidy', { after: ['train'] }),
    ]);
    expect(renderPlan(small, 'mermaid')).toBe(
      [
        'flowchart TD',
        '  s1["load (any)"]',
        '  s2["train (any)"]',
        '  s3["tidy (any)"]',
        '  s1 -->|"rows"| s2',
        '  s2 -.-> s3',
      ].join('\n'),
    );
    expect(renderPlan(small, 'dot')).toContain(
      '  "load" -> "train" [label="rows"];\n  "train" -> "tidy" [style=dashed];',
    );
  });
});
