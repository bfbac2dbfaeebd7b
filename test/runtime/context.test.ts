import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { Context } from '../../src/runtime/context.ts';
import { createInlineRuntime } from '../../src/runtime/inline/inline-runtime.ts';
import type { Job } from '../../src/runtime/job.ts';
import type { RunOutcome, SubmitOptions } from '../../src/runtime/runtime.ts';
import { anyHandler, createRuntimeFixture, type RuntimeFixture } from '../contract/runtime-fixture.ts';

describe('a context', () => {
  let fixture: RuntimeFixture;
  const runtime = createInlineRuntime();
  beforeAll(() => {
    fixture = createRuntimeFixture();
  });
  afterAll(async () => {
    await runtime.close();
    await fixture.remove();
  });

  const run = async (
    live: (ctx: Context, args: never) => unknown,
    change: Partial<Job> = {},
    options: SubmitOptions = {},
  ): Promise<RunOutcome> =>
    (await runtime.submit(fixture.job('live', change), { store: fixture.store, live, ...options })).wait();

  it('names inputs and secrets that are not there, and the nearest', async () => {
    const inputs = { data: { uri: import.meta.filename } };
    expect((await run((ctx) => ctx.input('dat'), { inputs })).error).toMatchObject({
      code: 'INPUT_NOT_FOUND',
      hint: 'did you mean "data"?',
    });
    expect(
      (await run((ctx) => ctx.secret('TOKEM'), {}, { secrets: { TOKEN: 'x-secret' } })).error,
    ).toMatchObject({
      code: 'SECRET_NOT_FOUND',
      hint: 'did you mean "TOKEN"?',
    });
  });

  it('takes only numbers as metrics and steps, and any finite JSON as results', async () => {
    const logging = (log: (ctx: Context) => void) => run(log);
    expect((await logging((ctx) => ctx.logMetric('m', '1' as never))).error).toMatchObject({
      code: 'INVALID_VALUE',
    });
    expect((await logging((ctx) => ctx.logMetric('m', 1, { step: Number.NaN }))).error?.message).toContain(
      'step',
    );
    expect((await logging((ctx) => ctx.logMetrics(undefined as never))).error).toMatchObject({
      code: 'INVALID_VALUE',
    });
    expect((await logging((ctx) => ctx.logResult('', 1))).error).toMatchObject({ code: 'INVALID_VALUE' });
    const fine = await logging((ctx) => {
      ctx.logMetrics({ a: Number.POSITIVE_INFINITY, b: 0 }, { step: -1.5 });
      ctx.logResults({ date: new Date(0), map: new Map([['k', [1n]]]), __proto__x: null });
    });
    expect(fine.record).toMatchObject({
      metrics: { a: 'Infinity', b: 0 },
      results: { date: '1970-01-01T00:00:00.000Z', map: { k: [1] }, __proto__x: null },
    });
  });

  it('refuses artifact keys that lead elsewhere', async () => {
    expect((await run((ctx) => ctx.logArtifact('../x', 'a'))).error).toMatchObject({ code: 'INVALID_NAME' });
  });

  it('tags what it logs', async () => {
    await run((ctx) => ctx.logArtifact('tagged', 'one', { tags: ['stable'] }));
    await run((ctx) => ctx.logArtifact('tagged', 'two'));
    const stable = await fixture.store.resolveArtifact('store://contract/tagged:stable');
    const latest = await fixture.store.resolveArtifact('store://contract/tagged');
    expect(stable.digest).not.toBe(latest.digest);
  });

  it('gives a dataset parameter its schema, from an artifact and from a plain file', async () => {
    const table = [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ];
    await run((ctx) => ctx.logDataset('data', table, { format: 'csv', labelColumn: 'b' }));
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${fixture.root}/plain.csv`, 'a,b\n1,x\n');
    const parameter = { name: 'data', role: 'input' as const, typeText: 'Dataset', required: true };
    const handler = anyHandler('live', [parameter]);
    const read = async (
      _ctx: Context,
      { data }: { data: { schema: unknown; labelColumn?: string; table(): Promise<{ rowCount: number }> } },
    ) => ({ schema: data.schema, label: data.labelColumn ?? null, rows: (await data.table()).rowCount });
    for (const [uri, label, rows] of [
      ['store://contract/data', 'b', 2],
      ['plain.csv', null, 1],
    ] as const) {
      const { record } = await run(read, { handler, inputs: { data: { uri } } });
      expect(record.error).toBeUndefined();
      expect(record.results).toMatchObject({ label, rows, schema: [{ name: 'a' }, { name: 'b' }] });
      expect(record.inputs.data?.digest).toMatch(/^sha256:/);
    }
  });

  it('refuses what is no model for a model parameter', async () => {
    const handler = anyHandler('live', [{ name: 'model', role: 'input', typeText: 'Model', required: true }]);
    const { state, error } = await run(() => 1, {
      handler,
      inputs: { model: { uri: import.meta.filename } },
    });
    expect(state).toBe('error');
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('"model" must be a model'),
    });
  });

  it('opens the thousandth trial at the price of the first', async () => {
    const time = async (count: number): Promise<number> => {
      const start = process.cpuUsage();
      const { record } = await run((ctx) => {
        for (let i = 0; i < count; i++) {
          const child = ctx.child({ i });
          child.logResult('score', i);
          child.complete();
        }
      });
      expect(record.iterations).toHaveLength(count);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    await time(50);
    const [few, many] = [await time(250), await time(1000)];
    // linear would be 4, quadratic 16
    expect(many / few).toBeLessThan(8);
  });

  it('promotes the trial that was marked as best last', async () => {
    const { record } = await run(async (ctx) => {
      for (const x of [1, 2, 3]) {
        const child = ctx.child({ x });
        child.logResult('score', x);
        if (x < 3) child.markAsBest();
        // still being saved when the trial ends
        void child.logArtifact('model', `model ${x}`, { name: 'model.txt' });
        child.complete();
      }
      return { tried: 3 };
    });
    expect(record).toMatchObject({
      bestIteration: 2,
      results: { tried: 3, score: 2 },
      artifacts: [{ key: 'model' }],
    });
    expect(record.iterations?.every(({ state }) => state === 'completed')).toBe(true);
  });

  it('ends trials left open as the run ends', async () => {
    const completed = await run((ctx) => void ctx.child({ x: 1 }));
    expect(completed.record.iterations).toMatchObject([{ state: 'completed' }]);
    const failed = await run((ctx) => {
      ctx.child({ x: 1 });
      throw new Error('stop');
    });
    expect(failed.record.iterations).toMatchObject([{ state: 'error' }]);
  });

  it('is typed as the public contract says', () => {
    expectTypeOf<Context['random']>().returns.toEqualTypeOf<number>();
    expectTypeOf<Context['logDataset']>().returns.resolves.toHaveProperty('schema');
  });
});
