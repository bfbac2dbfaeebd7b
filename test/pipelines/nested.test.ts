import { describe, expect, it } from 'vitest';
import { addStep } from '../../src/pipelines/dsl/add-step.ts';
import { gt } from '../../src/pipelines/dsl/condition.ts';
import { type PipelineContext, pipeline } from '../../src/pipelines/dsl/pipeline.ts';
import type { Reference } from '../../src/pipelines/dsl/reference.ts';
import { runPlan } from '../../src/pipelines/run-plan.ts';
import { inProcess, newStore } from './support/in-process.ts';
import { packaged } from './support/packaged.ts';

// biome-ignore lint/suspicious/noExplicitAny: as untyped as a function whose types are not known
type Outputs = any;
const any = packaged('any', { parameters: [], acceptsUnknown: true });
const call = (id: string, args: Record<string, unknown> = {}): Outputs =>
  addStep({ function: any, id, arguments: args });

const prepare = pipeline(
  'prepare',
  (p, { rows, scale = 2 }: { rows: number; scale?: number }) => {
    const loaded = call('load', { rows, scale });
    const clean = p.after(loaded).do(() => call('clean', { n: loaded.n, limit: p.parameter('scale') }));
    return { n: clean.n as Reference<number>, constant: 7 };
  },
  { labels: { stage: 'data' } },
);

describe('a pipeline called inside another one', () => {
  it('adds its steps under its name, passes references both ways, and runs', async () => {
    const outer = pipeline('outer', (p, { rows = 5 }: { rows?: number }) => {
      const before = call('before');
      const made = prepare({ rows, scale: before.x }, { after: [before] });
      const again = prepare.as('again').with({ timeoutMs: 1000 })({ rows: made.n });
      p.when(gt(again.n, 1), () => call('report', { n: again.n, constant: made.constant }));
      return { n: again.n };
    });
    const plan = outer.plan();
    expect(plan.spec.steps.map((step) => step.id)).toEqual([
      'before',
      'prepare.load',
      'prepare.clean',
      'again.load',
      'again.clean',
      'report',
    ]);
    const byId = Object.fromEntries(plan.spec.steps.map((step) => [step.id, step]));
    expect(byId['prepare.load']).toMatchObject({ after: ['before'], options: { labels: { stage: 'data' } } });
    expect(byId['prepare.clean']?.arguments.limit).toEqual({ type: 'output', step: 'before', path: ['x'] });
    expect(byId['again.clean']).toMatchObject({
      arguments: { limit: { type: 'literal', value: 2 } },
      options: { timeoutMs: 1000 },
    });
    const store = newStore();
    const record = await runPlan(plan, {
      store,
      submitStep: inProcess(store, {
        before: () => ({ x: 3 }),
        any: ({ params }) => ({ n: Number(params.rows ?? params.n) * 2 }),
        report: ({ params }) => ({ got: params.constant }),
      }),
    });
    expect(record.outputs).toEqual({ n: 80 });
    expect(record.steps?.find((one) => one.id === 'report')?.results).toEqual({ got: 7 });
  });

  it('can be called in a map, for each item', () => {
    const outer = pipeline('outer', (p) => {
      const rows = p.map([1, 2], (n) => prepare({ rows: n as unknown as number }).n);
      return { rows };
    });
    const { steps, maps } = outer.plan().spec;
    expect(steps.map((step) => [step.id, step.map])).toEqual([
      ['prepare.load', 'prepare.load'],
      ['prepare.clean', 'prepare.load'],
    ]);
    expect(Object.keys(maps ?? {})).toEqual(['prepare.load']);
  });

  it.each<[string, (p: PipelineContext) => unknown, string, string?]>([
    [
      'twice under one id',
      () => {
        prepare({ rows: 1 });
        prepare({ rows: 2 });
      },
      'the step id "prepare.load" is used twice',
    ],
    [
      'with arguments that it does not have, and without those that it needs',
      () => (prepare as Outputs)({ row: 1 }),
      'got a parameter "row" that it does not have',
      'did you mean "rows"?',
    ],
    [
      'with an exit step',
      () => pipeline('ending', (p) => p.onExit(() => call('bye')))(),
      'p.onExit is used inside the pipeline "ending" of pipeline "outer"',
    ],
    [
      'that is asynchronous',
      () => pipeline('waiting', async () => ({ x: call('a').x }))(),
      'the body of pipeline "waiting" is asynchronous',
    ],
  ])('%s is refused', (_name, body, message, hint) => {
    const outer = pipeline('outer', body);
    expect(() => outer.plan()).toThrow(message);
    if (hint !== undefined) expect(() => outer.plan()).toThrow(hint);
  });

  it('that contains itself is refused', () => {
    const loop: { inner?: ReturnType<typeof pipeline> } = {};
    loop.inner = pipeline('inner', () => (loop.inner as Outputs)());
    const outer = pipeline('outer', () => (loop.inner as Outputs)());
    expect(() => outer.plan()).toThrow('pipeline "inner" contains itself');
    expect(() => loop.inner?.plan()).toThrow('pipeline "inner" contains itself');
  });
});
