import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isSlipwayError, type SlipwayError } from '../../src/core/error.ts';
import { addStep } from '../../src/pipelines/dsl/add-step.ts';
import { eq, gte, not } from '../../src/pipelines/dsl/condition.ts';
import { pipeline } from '../../src/pipelines/dsl/pipeline.ts';
import type { Reference, StepReference } from '../../src/pipelines/dsl/reference.ts';
import type { StepRequest } from '../../src/pipelines/dsl/step-request.ts';
import { digestPlan } from '../../src/pipelines/plan/digest-plan.ts';
import { parsePlan } from '../../src/pipelines/plan/parse-plan.ts';
import type { StepOptions } from '../../src/pipelines/plan/plan.ts';
import { packaged } from './support/packaged.ts';

const getData = packaged('getData', { parameters: ['rows?'] });
const train = packaged('train', {
  parameters: ['data: DataItem', 'depth?', 'label?: string'],
  handlers: ['tune'],
});
const notify = packaged('notify', { parameters: ['status: object', 'to: string'] });

// biome-ignore lint/suspicious/noExplicitAny: outputs of any name, as in a pipeline without types
type AnyStep = StepReference<any>;
const call = (
  fn: typeof train,
  args: StepRequest['arguments'] = {},
  more: Partial<StepRequest> = {},
): AnyStep => addStep({ function: fn, arguments: args, ...more });

function failure(act: () => unknown): SlipwayError {
  try {
    act();
  } catch (error) {
    if (isSlipwayError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('building a pipeline', () => {
  it('turns calls into steps, references into edges, and what is returned into outputs', () => {
    const plan = pipeline('demo', () => {
      const d = call(getData, { rows: 10 });
      const m = call(train, { data: d.dataset, depth: d.stats.depth });
      return { accuracy: m.accuracy, all: [m.model, 3] };
    }).plan();
    expect(plan.spec.steps).toEqual([
      {
        id: 'getData',
        function: 'getData',
        arguments: { rows: { type: 'literal', value: 10 } },
        after: [],
        options: {},
      },
      {
        id: 'train',
        function: 'train',
        arguments: {
          data: { type: 'output', step: 'getData', path: ['dataset'] },
          depth: { type: 'output', step: 'getData', path: ['stats', 'depth'] },
        },
        after: [],
        options: {},
      },
    ]);
    expect(plan.spec.outputs).toEqual({
      accuracy: { type: 'output', step: 'train', path: ['accuracy'] },
      all: {
        type: 'list',
        items: [
          { type: 'output', step: 'train', path: ['model'] },
          { type: 'literal', value: 3 },
        ],
      },
    });
    expect(plan.metadata).toEqual({ name: 'demo', project: 'default' });
  });

  it('gives the same plan and digest in whatever order the steps are written', () => {
    const one = pipeline('demo', () => {
      call(getData, {}, { id: 'a' });
      call(getData, {}, { id: 'b' });
    }).plan();
    const other = pipeline('demo', () => {
      call(getData, {}, { id: 'b' });
      call(getData, {}, { id: 'a' });
    }).plan();
    expect(other).toEqual(one);
    expect(digestPlan(other)).toBe(digestPlan(one));
  });

  it('leaves the folders of bundles out of the digest, and nothing else', () => {
    const body = (version: string) => () => void call(packaged('f', { version }));
    const one = pipeline('demo', body('1')).plan();
    const elsewhere = structuredClone(one);
    Object.assign(elsewhere.spec.functions.f ?? {}, { bundleDirectory: '/another/machine' });
    expect(digestPlan(elsewhere)).toBe(digestPlan(one));
    expect(digestPlan(pipeline('demo', body('2')).plan())).not.toBe(digestPlan(one));
  });

  it('reads parameters and defaults from the body, gives the body real values, and records them', () => {
    const seen: unknown[] = [];
    const p = pipeline(
      'demo',
      (_p, { depth = -4, names = ['a'], label }: { depth?: number; names?: string[]; label: string }) => {
        seen.push(depth, names, label);
        call(train, { data: 'x.csv', depth, label: `${label}-${depth}` });
      },
    );
    expect(p.parameters).toMatchObject([
      { name: 'depth', required: false, default: -4 },
      { name: 'names', required: false, default: ['a'] },
      { name: 'label', required: true },
    ]);
    const plan = p.plan({ label: 'species', depth: 2 });
    expect(seen).toEqual([2, ['a'], 'species']);
    expect(plan.spec.arguments).toEqual({ depth: 2, names: ['a'], label: 'species' });
    expect(plan.spec.steps[0]?.arguments.label).toEqual({ type: 'literal', value: 'species-2' });
  });

  it('refuses wrong and missing arguments of the pipeline together', () => {
    const p = pipeline(
      'demo',
      (_p, { depth = 4, label }: { depth?: number; label: string }) => void [depth, label],
    );
    const error = failure(() => p.plan({ dpeth: 3 } as never));
    expect(error.code).toBe('INVALID_PARAMS');
    expect(error.kind).toBe('usage');
    expect(error.message).toContain('pipeline "demo"');
    expect(error.message).toContain('"label" is missing');
    expect(error.message).toContain('did you mean "depth"');
  });

  it('keeps a parameter as an edge when asked for it as a reference', () => {
    const p = pipeline(
      'demo',
      (ctx, _params: { depth?: number }) => void call(train, { data: 'x', depth: ctx.parameter('depth') }),
      {
        parameters: [{ name: 'depth', role: 'param', required: false, default: 3 }],
      },
    );
    const plan = p.plan();
    expect(plan.spec.arguments).toEqual({ depth: 3 });
    expect(plan.spec.steps[0]?.arguments.depth).toEqual({ type: 'parameter', name: 'depth', path: [] });
    const wrong = pipeline('demo', (ctx) => void call(train, { data: 'x', depth: ctx.parameter('dept') }));
    expect(failure(() => wrong.plan()).message).toContain('needs the parameter "dept"');
  });

  it('names both places when two steps have one id', () => {
    const error = failure(() =>
      pipeline('demo', () => {
        addStep({ function: getData });
        addStep({ function: getData });
      }).plan(),
    );
    expect(error.code).toBe('STEP_DUPLICATE');
    const places = error.details?.places as string[];
    expect(places).toHaveLength(2);
    for (const place of places) expect(place).toMatch(/^test\/pipelines\/building\.test\.ts:\d+:\d+$/);
    expect(places[0]).not.toBe(places[1]);
    expect(error.hint).toContain(".as('getData-2')");
  });

  it('advises an id for the function of the second call, whatever the first one calls', () => {
    const error = failure(() =>
      pipeline('demo', () => {
        call(getData, {}, { id: 'x' });
        call(train, { data: 'a.csv' }, { id: 'x' });
      }).plan(),
    );
    expect(error.hint).toBe("give the second call an id of its own: train.as('x-2')(…)");
  });

  it('tells two functions of one name apart by their digests', () => {
    const plan = pipeline('demo', () => {
      call(packaged('f', { version: '1' }), {}, { id: 'a' });
      call(packaged('f', { version: '2' }), {}, { id: 'b' });
    }).plan();
    const keys = Object.keys(plan.spec.functions);
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^f@[0-9a-f]{12}$/);
  });

  it('names a step after its handler where that is not the default one', () => {
    const plan = pipeline('demo', () => void call(train, { data: 'x' }, { handler: 'tune' })).plan();
    expect(plan.spec.steps[0]).toMatchObject({ id: 'tune', function: 'train.tune' });
    expect(plan.spec.functions['train.tune']).toMatchObject({ name: 'train', handler: 'tune' });
  });

  it('reports all wrong calls at once, each with its place', () => {
    const error = failure(() =>
      pipeline('demo', () => {
        call(getData, { row: 3 });
        call(train, { depth: 'deep' });
        call(train, { data: 5 }, { id: 'again' });
        call(train, { data: 'x' }, { id: 'swept', sweep: { hyperparams: { depth: [1, 'two'] } } });
      }).plan(),
    );
    expect(error.code).toBe('PIPELINE_INVALID');
    expect(error.message).toContain('5 problems');
    expect(error.message).toMatch(
      /step "getData" \(test\/pipelines\/building\.test\.ts:\d+:\d+\) got an argument "row".*did you mean "rows"/,
    );
    expect(error.message).toContain('step "train"');
    expect(error.message).toContain('is missing its input "data"');
    expect(error.message).toContain('param "depth"');
    expect(error.message).toContain('expects data for its input "data", got 5');
    expect(error.message).toContain('step "swept"');
  });

  it('checks what the items of a map give each step, as far as they are known', () => {
    const error = failure(() =>
      pipeline('demo', (p) => {
        const rows = [{ at: { depth: 2 } }, { at: { depth: 'deep' } }, { at: {} }];
        p.map(rows, (row) => call(train, { data: 'x', depth: row.at.depth }), { id: 'rows' });
        p.map({ a: 1, b: 'two' }, (depth) => call(train, { data: 'x', depth }, { id: 'entries' }));
        p.map(call(getData, {}).all, (depth) => call(train, { data: 'x', depth }, { id: 'later' }));
      }).plan(),
    );
    expect(error.message).toContain('2 problems');
    expect(error.message).toContain('param "depth" expects number, got "deep" (string)');
    expect(error.message).toContain('param "depth" expects number, got "two" (string)');
  });

  it('refuses a sweep that could not start', () => {
    const sweep = { hyperparams: { depth: [] }, selector: 'best accuracy', stop: 'process.exit(1)' };
    const error = failure(() => pipeline('demo', () => void call(train, { data: 'x' }, { sweep })).plan());
    expect(error.message).toContain('3 problems');
    expect(error.message).toContain('"best accuracy"');
  });

  it('refuses a sweep whose selector names what is no number', () => {
    const judge = packaged('judge', { parameters: ['depth?: number'], results: ['kind: string', 'score'] });
    const sweep = { hyperparams: { depth: [1] }, selector: 'max.kind' };
    expect(() => pipeline('demo', () => void call(judge, {}, { sweep })).plan()).toThrow(
      'selector "max.kind" names the result "kind" of "judge", which is a text',
    );
  });

  it.each<[object, string]>([
    [{ retri: { retries: 2 } }, 'option "retri" is not known; did you mean "retry"?'],
    [
      { attempts: 2 },
      'option "attempts" is not known; known are retry, timeoutMs, cache, resources, runtime, image, kubernetes',
    ],
    [{ timeoutMs: '5s' }, 'option "timeoutMs" expects number, got "5s" (string)'],
    [{ timeoutMs: -1 }, 'option "timeoutMs" expects a whole number of 1 or more, got -1'],
    [{ retry: { retries: 0.5 } }, 'option "retry.retries" expects a whole number of 0 or more, got 0.5'],
    [{ retry: {} }, 'option "retry.retries" is required: expects number'],
    [
      { cache: { mode: 'yes' } },
      "option \"cache.mode\" expects 'off' | 'on' | 'read' | 'write', got \"yes\"",
    ],
    [{ resources: { memory: 0 } }, 'option "resources.memory" expects a whole number of 1 or more, got 0'],
  ])('refuses the step options %j, with the place of the call', (options, message) => {
    const error = failure(() => pipeline('demo', () => void call(getData, {}, { options })).plan());
    expect(error.code).toBe('PIPELINE_INVALID');
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/step "getData" \(test\/pipelines\/building\.test\.ts:\d+:\d+\)/);
  });

  it('takes every step option that a plan can hold', () => {
    const options: Required<StepOptions> = {
      retry: { retries: 0, delayMs: 0, maxDelayMs: 1, retryOn: ['error'] },
      timeoutMs: 1,
      cache: { mode: 'on', version: '2', ignore: ['depth'], ttlMs: 0 },
      resources: { memory: 1, cpus: 0.5 },
      runtime: 'process',
      image: 'node',
      kubernetes: { requests: { cpu: '1' } },
      secrets: ['TOKEN'],
      env: { A: 'b' },
      labels: { team: 'a' },
      isolation: 'pool',
      seed: 7,
    };
    const plan = pipeline('demo', () => void call(getData, {}, { options })).plan();
    expect(parsePlan(plan).spec.steps[0]?.options).toEqual(options);
  });

  it('refuses a whole step where an output belongs', () => {
    const error = failure(() => pipeline('demo', () => void call(train, { data: call(getData) })).plan());
    expect(error.message).toContain('got the whole step "getData"');
  });

  it('takes URLs and data items as they are', () => {
    const item = { slipwayType: 'data-item', url: 'memory://rows.csv' };
    const plan = pipeline('demo', () => {
      call(train, { data: new URL('https://example.org/a.csv') }, { id: 'a' });
      call(train, { data: item }, { id: 'b' });
    }).plan();
    expect(plan.spec.steps.map((step) => step.arguments.data)).toEqual([
      { type: 'literal', value: 'https://example.org/a.csv' },
      { type: 'literal', value: 'memory://rows.csv' },
    ]);
  });

  it('orders steps without data by { after } and by p.after', () => {
    const plan = pipeline('demo', (p) => {
      const a = call(getData, {}, { id: 'a' });
      call(getData, {}, { id: 'b', after: [a] });
      p.after(a).do(() => call(getData, {}, { id: 'c' }));
    }).plan();
    expect(plan.spec.steps.map((step) => [step.id, step.after])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['a']],
    ]);
  });

  it('puts conditions on the steps inside when and else, nested ones joined', () => {
    const plan = pipeline('demo', (p) => {
      const m = call(getData);
      p.when(gte(m.accuracy as Reference<number>, 0.9), () => {
        call(getData, {}, { id: 'good' });
        p.when(not(eq(m.name as Reference<string>, 'x')), () => call(getData, {}, { id: 'inner' }));
      }).else(() => call(getData, {}, { id: 'bad' }));
    }).plan();
    const when = Object.fromEntries(plan.spec.steps.map((step) => [step.id, step.when]));
    const good = {
      type: 'compare',
      operator: '>=',
      left: { type: 'output', step: 'getData', path: ['accuracy'] },
      right: { type: 'literal', value: 0.9 },
    };
    expect(when.getData).toBeUndefined();
    expect(when.good).toEqual(good);
    expect(when.bad).toEqual({ type: 'not', condition: good });
    expect(when.inner).toMatchObject({ type: 'and', conditions: [good, { type: 'not' }] });
  });

  it('keeps the exit step apart and lets it take the status', () => {
    const plan = pipeline('demo', (p) => {
      call(getData);
      p.onExit(() => call(notify, { to: 'team' }));
    }).plan();
    expect(plan.spec.steps).toHaveLength(1);
    expect(plan.spec.onExit).toMatchObject({
      id: 'notify',
      arguments: { to: { type: 'literal', value: 'team' } },
    });
  });

  it('reaches artifacts that a step logs without returning them', () => {
    const plan = pipeline('demo', (p) => {
      const d = call(getData);
      call(train, { data: p.artifact(d, 'sub/rows.v1') });
    }).plan();
    expect(plan.spec.steps[1]?.arguments.data).toEqual({
      type: 'output',
      step: 'getData',
      path: ['sub/rows.v1'],
    });
  });

  it('refuses an asynchronous body, whatever becomes of its promise', async () => {
    const waiting = pipeline('demo', async () => {
      throw new Error('later');
    });
    const error = failure(() => waiting.plan());
    expect(error.code).toBe('PIPELINE_ASYNC');
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('refuses a pipeline inside a pipeline, and calling one like a function', () => {
    const inner = pipeline('inner', () => void call(getData));
    const nested = pipeline('outer', () => void inner.plan());
    expect(failure(() => nested.plan())).toMatchObject({ code: 'PIPELINE_NESTED' });
    expect(failure(() => (inner as unknown as () => void)())).toMatchObject({ code: 'OUTSIDE_PIPELINE' });
    expect(failure(() => call(getData))).toMatchObject({ code: 'OUTSIDE_PIPELINE' });
  });

  it('leaves no pipeline open when a body throws', () => {
    const broken = pipeline('broken', () => {
      throw new TypeError('oops');
    });
    expect(() => broken.plan()).toThrow('oops');
    expect(failure(() => call(getData)).code).toBe('OUTSIDE_PIPELINE');
  });

  it('refuses references of another pipeline', () => {
    let stolen: AnyStep | undefined;
    pipeline('first', () => {
      stolen = call(getData);
    }).plan();
    const second = pipeline('second', () => void call(train, { data: stolen?.dataset }));
    const error = failure(() => second.plan());
    expect(error.code).toBe('REFERENCE_FOREIGN');
    expect(error.message).toContain(
      'the output "dataset" of step "getData" belongs to another pipeline ("first")',
    );
    const ordered = pipeline('third', () => void call(getData, {}, { after: [stolen] }));
    expect(failure(() => ordered.plan()).code).toBe('REFERENCE_FOREIGN');
    const nonsense = pipeline('fourth', () => void call(getData, {}, { after: ['getData'] }));
    expect(failure(() => nonsense.plan()).code).toBe('PIPELINE_INVALID');
  });
});

describe('a reference used as a value', () => {
  const misuse = (use: (d: AnyStep) => unknown): SlipwayError =>
    failure(() => pipeline('demo', () => void use(call(getData))).plan());

  it.each<[string, (d: AnyStep) => unknown]>([
    ['a template text', (d) => `${d.rows}`],
    ['arithmetic', (d) => d.rows * 2],
    ['addition', (d) => d.rows + 1],
    ['a comparison', (d) => d.rows > 3],
    ['String()', (d) => String(d.rows)],
    ['toString()', (d) => d.rows.toString()],
    ['valueOf()', (d) => d.rows.valueOf()],
    ['JSON', (d) => JSON.stringify({ a: d.rows })],
    ['iteration', (d) => [...d.rows]],
    ['spreading', (d) => ({ ...d })],
    ['listing keys', (d) => Object.keys(d.rows)],
    ['assignment', (d) => (d.rows = 3)],
    ['deletion', (d) => delete d.rows],
  ])('is refused in %s, with step, output and place', (_name, use) => {
    const error = misuse(use);
    expect(error.code).toBe('REFERENCE_AS_VALUE');
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/"rows" of step "getData"|the step "getData"/);
    expect(error.message).toMatch(/test\/pipelines\/building\.test\.ts:\d+:\d+/);
    expect(error.hint).toContain('p.when');
  });

  it('is never a promise, and can be looked at', async () => {
    let step: AnyStep | undefined;
    pipeline('demo', () => {
      step = call(getData);
    }).plan();
    expect(step?.then).toBeUndefined();
    expect(inspect(step?.stats.mean)).toBe(
      '[the output "stats.mean" of step "getData", known when the pipeline runs]',
    );
  });
});
