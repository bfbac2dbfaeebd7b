import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/runtime/context.ts';
import { createInlineRuntime } from '../../src/runtime/inline/inline-runtime.ts';
import type { Job } from '../../src/runtime/job.ts';
import type { RunOutcome } from '../../src/runtime/runtime.ts';
import { testRuntime } from '../contract/runtime.ts';
import { createRuntimeFixture, type RuntimeFixture } from '../contract/runtime-fixture.ts';

testRuntime('inline', createInlineRuntime, { isolated: false });

describe('a run in the process of its caller', () => {
  let fixture: RuntimeFixture;
  const runtime = createInlineRuntime();
  beforeAll(() => {
    fixture = createRuntimeFixture();
  });
  afterAll(async () => {
    await runtime.close();
    await fixture.remove();
  });

  const run = async (live: (ctx: Context) => unknown, change: Partial<Job> = {}): Promise<RunOutcome> =>
    (await runtime.submit(fixture.job('live', change), { store: fixture.store, live })).wait();

  it('leaves console, streams, process.exit and environment as they were', async () => {
    const parts = (): unknown[] => [
      console.log,
      process.stdout.write,
      process.stderr.write,
      process.exit,
      process.env,
      process.emit,
    ];
    const before = parts();
    await run(() => console.log('captured'));
    await run(() => {
      throw new Error('broken');
    });
    expect(parts().map((part, i) => part === before[i])).toEqual(before.map(() => true));
  });

  it('refuses log calls that come after its end', async () => {
    let late: () => void = () => undefined;
    await run((ctx) => {
      late = () => ctx.logMetric('late', 1);
    });
    expect(late).toThrow(expect.objectContaining({ code: 'CONTEXT_CLOSED' }));
  });

  it('lets go of what its code still prints afterwards', async () => {
    let printed: Promise<void> = Promise.resolve();
    const { record } = await run(() => {
      console.log('inside');
      printed = delay(30).then(() => {
        process.stdout.write('');
      });
    });
    await printed;
    expect(fixture.log(record.uid)).toBe('inside\n');
  });

  it('does not touch what others do at the same time', async () => {
    const seen: string[] = [];
    const write = process.stdout.write;
    process.stdout.write = ((chunk: string) => {
      seen.push(String(chunk));
      return true;
    }) as typeof process.stdout.write;
    try {
      const running = run(async () => {
        await delay(20);
        process.stdout.write('from the run\n');
      });
      process.stdout.write('from the host\n');
      await running;
    } finally {
      process.stdout.write = write;
    }
    expect(seen).toEqual(['from the host\n']);
  });

  it('is told apart from another run when something goes astray in one of them', async () => {
    const [bad, good] = await Promise.all([
      run(async () => {
        await delay(5);
        void Promise.reject(new Error('only mine'));
        await delay(200);
      }),
      run(async () => {
        await delay(60);
        return { fine: true };
      }),
    ]);
    expect(bad).toMatchObject({ state: 'error', error: { message: expect.stringContaining('only mine') } });
    expect(good).toMatchObject({ state: 'completed', record: { results: { fine: true } } });
  });

  it('fails by an unawaited save that fails', async () => {
    const { state, error } = await run(async (ctx) => {
      void ctx.logModel('model', { files: { 'a.txt': { path: '/does/not/exist' } } });
      await delay(200);
    });
    expect(state).toBe('error');
    expect(error?.message).toContain('/does/not/exist');
  });

  it('says that code which does not react goes on here, and where it could be stopped', async () => {
    const { state, error } = await run(() => delay(5000), { timeoutMs: 30, graceMs: 10 });
    expect(state).toBe('error');
    expect(error).toMatchObject({ code: 'RUN_TIMEOUT', hint: expect.stringContaining('runtime "process"') });
  });

  it('cannot complete by exiting, even if its code catches what that throws', async () => {
    const { state, record } = await run(() => {
      try {
        process.exit(0);
      } catch {
        return { went: 'on' };
      }
    });
    expect(state).toBe('error');
    expect(record).toMatchObject({ exitCode: 0, error: { code: 'RUN_EXITED' } });
  });

  it('calls the function itself where it is given', async () => {
    const factor = 3;
    const { record } = await run((ctx) => ({ product: factor * (ctx.params.x as number) }), {
      params: { x: 2 },
    });
    expect(record.results).toEqual({ product: 6 });
  });
});
