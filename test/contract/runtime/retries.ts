import { describe, expect, it } from 'vitest';
import { collect } from '../runtime-fixture.ts';
import type { RuntimeUnderTest } from './runtime-under-test.ts';

/** Attempts after the first. */
export function testRetries({ run, submit }: RuntimeUnderTest): void {
  describe('retries', () => {
    it('start over after a failure, with a growing wait, and keep the history', async () => {
      const running = await submit('flaky', {
        params: { failures: 2 },
        retry: { retries: 3, delayMs: 20 },
      });
      const { state, record } = await running.wait();
      expect(state).toBe('completed');
      expect(record.results).toEqual({ attempt: 3 });
      expect(record.attempt).toBe(3);
      const attempts = (await collect(running.events())).filter((event) => event.kind === 'attempt');
      expect(attempts.map(({ attempt }) => attempt)).toEqual([2, 3]);
      expect(attempts[0]?.delayMs).toBeGreaterThanOrEqual(10);
      expect(attempts[0]?.delayMs).toBeLessThanOrEqual(20);
      expect(attempts[1]?.delayMs).toBeGreaterThanOrEqual(20);
      expect(attempts[0]?.error.message).toContain('attempt 1 fails');
    });

    it('end with the last error when all are used up', async () => {
      expect(
        await run('flaky', { params: { failures: 9 }, retry: { retries: 1, delayMs: 1 } }),
      ).toMatchObject({
        state: 'error',
        record: { attempt: 2 },
        error: { message: expect.stringContaining('attempt 2 fails') },
      });
    });

    it('do not come for errors that the filter leaves out, nor for wrong requests', async () => {
      const filtered = await run('flaky', {
        params: { failures: 1 },
        retry: { retries: 1, delayMs: 1, retryOn: ['RUN_TIMEOUT'] },
      });
      expect(filtered).toMatchObject({ state: 'error', record: { attempt: 1 } });
      const unknown = await run('no such handler', { retry: { retries: 5, delayMs: 60_000 } });
      expect(unknown).toMatchObject({ state: 'error', error: { code: 'HANDLER_NOT_FOUND' } });
    });

    it('come after an exit and after a timeout', async () => {
      const retry = { retries: 1, delayMs: 1 };
      expect((await run('exiting', { params: { code: 1 }, retry })).record).toMatchObject({ attempt: 2 });
      const timedOut = await run('sleeping', { params: { ms: 60_000 }, timeoutMs: 50, retry });
      expect(timedOut).toMatchObject({ error: { code: 'RUN_TIMEOUT' }, record: { attempt: 2 } });
    });

    it('are given up when the run is aborted while it waits', async () => {
      const running = await submit('flaky', {
        params: { failures: 9 },
        retry: { retries: 9, delayMs: 60_000 },
      });
      for await (const event of running.events()) if (event.kind === 'attempt') break;
      await running.abort('no patience');
      expect(await running.wait()).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
    });
  });
}
