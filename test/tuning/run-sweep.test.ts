import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInlineRuntime } from '../../src/runtime/inline/inline-runtime.ts';
import type { Job } from '../../src/runtime/job.ts';
import { createProcessRuntime } from '../../src/runtime/process/process-runtime.ts';
import type { RunningJob, RunOutcome } from '../../src/runtime/runtime.ts';
import { runSweep } from '../../src/tuning/run-sweep.ts';
import type { SweepSpec } from '../../src/tuning/sweep.ts';
import {
  collect,
  createRuntimeFixture,
  type RuntimeFixture,
  writeBundle,
} from '../contract/runtime-fixture.ts';

const code = `
export async function score(ctx, { x, y = 0 }) {
  ctx.logMetric('x2', x * x);
  await ctx.logArtifact('model', 'model of x ' + x, { name: 'model.txt' });
  if (x < 0) throw new Error('x is negative: ' + x);
  return { score: x - y, nan: NaN };
}
export async function slow(ctx, { x }) {
  await new Promise((resolve) => setTimeout(resolve, x === 1 ? 120 : 5));
  return { score: x };
}
export const rare = (ctx, { x }) => (x === 3 ? { big: x } : { small: x });
export async function endless(ctx) {
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
}
export async function search(ctx, { until }) {
  for (let x = 1; x <= until; x++) {
    const trial = ctx.child({ x });
    trial.logResult('score', -((x - 3) ** 2));
    await trial.logArtifact('model', 'found at ' + x, { name: 'model.txt' });
    trial.complete();
  }
  return { tried: until };
}
export async function marking(ctx) {
  for (const x of [1, 2]) {
    const trial = ctx.child({ x });
    trial.logResult('score', x);
    if (x === 1) trial.markAsBest();
    trial.complete();
  }
}
export async function failingSearch(ctx) {
  ctx.child({ x: 1 }).complete();
  throw new Error('the search broke');
}
export const secretive = (ctx, { x }) => ({ score: x, token: ctx.secret('TOKEN') });
`;

describe('a sweep', () => {
  let fixture: RuntimeFixture;
  const inline = createInlineRuntime();
  const pool = createProcessRuntime({ isolation: 'pool', poolSize: 2 });

  beforeAll(() => {
    fixture = createRuntimeFixture();
    writeBundle(path.join(fixture.root, 'sweep'), code);
  });
  afterAll(async () => {
    await inline.close();
    await pool.close();
    await fixture.remove();
  });

  const start = (
    handler: string,
    spec: SweepSpec,
    change: Partial<Job> = {},
    runtime = inline,
  ): Promise<RunningJob> =>
    runSweep({
      spec,
      base: fixture.job(handler, { bundleDirectory: path.join(fixture.root, 'sweep'), ...change }),
      runtime,
      store: fixture.store,
    });
  const sweep = async (
    handler: string,
    spec: SweepSpec,
    change: Partial<Job> = {},
    runtime = inline,
  ): Promise<RunOutcome> => (await start(handler, spec, change, runtime)).wait();

  it('runs every trial, and carries the best one’s results and artifacts as its own', async () => {
    const { state, record } = await sweep('score', { hyperparams: { x: [1, 3, 2] }, selector: 'max.score' });
    expect(state).toBe('completed');
    expect(record).toMatchObject({
      kind: 'sweep',
      bestIteration: 2,
      failedIterations: 0,
      results: { score: 3, nan: 'NaN' },
    });
    expect(
      record.iterations?.map(({ iteration, params, results }) => [iteration, params.x, results.score]),
    ).toEqual([
      [1, 1, 1],
      [2, 3, 3],
      [3, 2, 2],
    ]);
    const best = await fixture.store.getRun(record.iterations?.[1]?.uid ?? '');
    expect(record.artifacts.map(({ key, kind }) => [key, kind])).toEqual([
      ['model', 'file'],
      ['trials', 'table'],
      ['parallel-coordinates', 'plot'],
    ]);
    expect(record.artifacts[0]).toEqual(best.artifacts[0]);
    expect((await fixture.store.resolveArtifact('store://contract/model')).digest).toBe(
      best.artifacts[0]?.digest,
    );
    expect(await fixture.store.getRun(record.uid)).toMatchObject({ state: 'completed', bestIteration: 2 });
  });

  it('hides its trials from plain searches and links them to itself', async () => {
    const { record } = await sweep('score', { hyperparams: { x: [1, 2] } });
    const page = await fixture.store.searchRuns({ parent: record.uid, all: true });
    expect(page.runs.map(({ kind, iteration }) => [kind, iteration]).sort()).toEqual([
      ['trial', 1],
      ['trial', 2],
    ]);
    const plain = await fixture.store.searchRuns({});
    expect(plain.runs.filter(({ kind }) => kind === 'trial')).toEqual([]);
  });

  it('keeps its numbering when trials run at once and end in another order', async () => {
    const { record } = await sweep('slow', {
      hyperparams: { x: [1, 2, 3, 4, 5, 6] },
      selector: 'score',
      parallel: 3,
    });
    expect(record.iterations?.map(({ iteration, params }) => [iteration, params.x])).toEqual(
      [1, 2, 3, 4, 5, 6].map((x) => [x, x]),
    );
    expect(record.bestIteration).toBe(6);
  });

  it('completes with failed trials as long as they stay within max-errors', async () => {
    const spec = { hyperparams: { x: [-1, 2, -3, 4] }, selector: 'max.score' };
    const within = await sweep('score', { ...spec, maxErrors: 2 });
    expect(within.record).toMatchObject({ state: 'completed', bestIteration: 4, failedIterations: 2 });
    expect(within.record.iterations?.[0]).toMatchObject({
      state: 'error',
      error: { message: expect.stringContaining('x is negative: -1') },
    });
    const beyond = await sweep('score', { ...spec, maxErrors: 1 });
    expect(beyond).toMatchObject({ state: 'error', error: { code: 'SWEEP_FAILED' } });
    expect(beyond.error?.message).toContain('x is negative: -1');
    expect(beyond.record.iterations).toHaveLength(3);
    // the best of what there was is not lost
    expect(beyond.record.bestIteration).toBe(2);
  });

  it('stops at the first failure unless errors are allowed for', async () => {
    const { state, record } = await sweep('score', { hyperparams: { x: [-1, 2, 3] } });
    expect(state).toBe('error');
    expect(record.iterations).toHaveLength(1);
  });

  it('is an error when every trial failed', async () => {
    expect(await sweep('score', { hyperparams: { x: [-1, -2] }, maxErrors: 5 })).toMatchObject({
      state: 'error',
      error: { code: 'SWEEP_FAILED', hint: expect.stringContaining('no trial completed') },
    });
  });

  it('starts no trial once one satisfies the stop expression', async () => {
    const { record } = await sweep('score', {
      hyperparams: { x: [1, 2, 3, 4, 5] },
      selector: 'score',
      stop: 'score >= 3 and x2 < 100',
    });
    expect(record).toMatchObject({ state: 'completed', bestIteration: 3 });
    expect(record.iterations).toHaveLength(3);
  });

  it('says when nothing can be selected, and by what it could be', async () => {
    expect(await sweep('score', { hyperparams: { x: [1, 2] }, selector: 'max.nan' })).toMatchObject({
      state: 'error',
      error: { code: 'SWEEP_WITHOUT_BEST', hint: expect.stringContaining('"score"') },
    });
  });

  it('starts no further trial once as many as run at once have shown that the selector is misspelt', async () => {
    const hyperparams = { x: [1, 2, 3, 4, 5, 6] };
    for (const parallel of [1, 2]) {
      const { record } = await sweep('score', { hyperparams, selector: 'max.x3', parallel });
      expect(record.iterations?.length).toBeLessThanOrEqual(2 * parallel - 1);
      const left = 6 - (record.iterations?.length ?? 0);
      expect(record).toMatchObject({
        state: 'error',
        error: {
          code: 'SWEEP_WITHOUT_BEST',
          message: expect.stringMatching(
            `none has a number as "x3", so the other ${left} of its trials were not`,
          ),
          hint: 'did you mean "x2"? select by one of: "score", "x2"',
        },
      });
      for (const { state, results } of record.iterations ?? [])
        expect({ state, score: results.score }, 'what was found is kept').toMatchObject({
          state: 'completed',
        });
    }
  });

  it('waits for a name that some trials have, or that the signature declares', async () => {
    const hyperparams = { x: [1, 2, 3] };
    const declared = { name: 'rare', results: [{ name: 'big', role: 'result' as const }] };
    const handler = { parameters: [], acceptsUnknown: true, ...declared };
    const { record } = await sweep('rare', { hyperparams, selector: 'max.big' }, { handler });
    expect(record).toMatchObject({ state: 'completed', bestIteration: 3, results: { big: 3 } });
    const some = await sweep('rare', { hyperparams: { x: [3, 1, 2] }, selector: 'max.big' });
    expect(some.record).toMatchObject({ state: 'completed', bestIteration: 1 });
    expect(some.record.iterations).toHaveLength(3);
  });

  it('refuses a selector that names an artifact or a text', async () => {
    const handler = {
      name: 'score',
      parameters: [],
      acceptsUnknown: true,
      results: [
        { name: 'model', role: 'artifact' as const },
        { name: 'kind', role: 'result' as const, typeText: 'string' },
        { name: 'score', role: 'result' as const, typeText: 'number' },
      ],
    };
    const hyperparams = { x: [1] };
    for (const [selector, what] of [
      ['max.model', 'an artifact'],
      ['kind', 'a text'],
    ] as const)
      await expect(start('score', { hyperparams, selector }, { handler })).rejects.toMatchObject({
        code: 'INVALID_SELECTOR',
        message: expect.stringContaining(`which is ${what}`),
        hint: 'select by one of: "score"',
      });
  });

  it('refuses what is wrong before the first trial', async () => {
    const before = (await fixture.store.searchRuns({ all: true, limit: 1000 })).runs.length;
    const handler = {
      name: 'score',
      results: [],
      acceptsUnknown: false,
      parameters: [{ name: 'x', role: 'param' as const, required: true, schema: { type: 'number' } }],
    };
    const hyperparams = { x: [1] };
    await expect(start('score', { hyperparams, stop: 'score >' })).rejects.toMatchObject({
      code: 'INVALID_STOP',
    });
    await expect(start('score', { hyperparams, selector: 'max.' })).rejects.toMatchObject({
      code: 'INVALID_SELECTOR',
    });
    await expect(start('score', { hyperparams: { x: [1, 'a'] } }, { handler })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
    await expect(start('score', { hyperparams: { z: [1] } }, { handler })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
    expect((await fixture.store.searchRuns({ all: true, limit: 1000 })).runs).toHaveLength(before);
  });

  it('ends with its running trials when it is aborted', async () => {
    const running = await start('endless', { hyperparams: { x: [1, 2, 3] }, parallel: 2 });
    const trials = new Set<string>();
    while (trials.size < 2) {
      const page = await fixture.store.searchRuns({ parent: running.uid, all: true });
      for (const trial of page.runs) if (trial.state === 'running') trials.add(trial.uid);
    }
    await running.abort('enough');
    expect(await running.wait()).toMatchObject({ state: 'aborted', record: { reason: 'enough' } });
    for (const uid of trials) expect((await fixture.store.getRun(uid)).state).toBe('aborted');
  });

  it('is stopped by a request in the ledger', async () => {
    const running = await start('endless', { hyperparams: { x: [1] } });
    await fixture.store.requestStop(running.uid, 'from elsewhere');
    expect(await running.wait()).toMatchObject({ state: 'aborted', record: { reason: 'from elsewhere' } });
  });

  it('tells how it goes on, in events and log', async () => {
    const running = await start('score', { hyperparams: { x: [1, 2] }, selector: 'score' });
    const kinds = (await collect(running.events())).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'trial')).toHaveLength(2);
    const log = (await collect(running.logs())).map(({ text }) => text).join('');
    expect(log).toContain('trial 2 of 2  x=2  completed  score 2');
  });

  it('gives the same trials for the same seed, and runs them in worker processes as well', async () => {
    const spec = {
      strategy: 'random' as const,
      hyperparams: { x: [1, 2, 3, 4, 5, 6, 7, 8], y: [0, 1, 2] },
      maxIterations: 6,
      seed: 11,
      selector: 'score',
      parallel: 2,
    };
    const [here, there] = await Promise.all([sweep('score', spec), sweep('score', spec, {}, pool)]);
    expect(there.state).toBe('completed');
    expect(there.record.iterations?.map(({ params }) => params)).toEqual(
      here.record.iterations?.map(({ params }) => params),
    );
    expect(there.record.bestIteration).toBe(here.record.bestIteration);
  });

  it('lets the handler open its own trials, and selects among them', async () => {
    for (const runtime of [inline, pool]) {
      const { state, record } = await sweep(
        'search',
        { strategy: 'custom', selector: 'max.score' },
        { params: { until: 5 } },
        runtime,
      );
      expect(record.error).toBeUndefined();
      expect(state).toBe('completed');
      expect(record).toMatchObject({ kind: 'sweep', bestIteration: 3, results: { tried: 5, score: 0 } });
      expect(record.iterations).toHaveLength(5);
      expect(record.artifacts.map(({ key }) => key)).toEqual(['model', 'trials', 'parallel-coordinates']);
    }
  });

  it('keeps the trial that the handler itself marked as best', async () => {
    const { record } = await sweep('marking', { strategy: 'custom', selector: 'max.score' });
    expect(record).toMatchObject({ state: 'completed', bestIteration: 1, results: { score: 1 } });
  });

  it('fails as its handler does where that opens the trials', async () => {
    const { state, record, error } = await sweep('failingSearch', {
      strategy: 'custom',
      selector: 'max.score',
    });
    expect(state).toBe('error');
    expect(error?.message).toContain('the search broke');
    expect(record.iterations).toHaveLength(1);
  });

  it('hides secrets in its own journal too', async () => {
    const running = await runSweep({
      spec: { hyperparams: { x: [1, 2] }, selector: 'score' },
      base: fixture.job('secretive', {
        bundleDirectory: path.join(fixture.root, 'sweep'),
        secretNames: ['TOKEN'],
      }),
      runtime: inline,
      store: fixture.store,
      secrets: { TOKEN: 'correct horse battery' },
    });
    const { record } = await running.wait();
    expect(record.results).toEqual({ score: 2, token: '***' });
    expect(JSON.stringify(await collect(running.events()))).not.toContain('correct horse');
  });
});
