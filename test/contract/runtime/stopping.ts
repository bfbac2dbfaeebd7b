import { describe, expect, it } from 'vitest';
import { type RuntimeUnderTest, untilStarted } from './runtime-under-test.ts';

/** Timeouts and aborts. */
export function testStopping(subject: RuntimeUnderTest): void {
  const { run, submit } = subject;
  describe('a run that is to stop', () => {
    it('ends at its timeout as an error of kind timeout', async () => {
      expect(await run('sleeping', { params: { ms: 60_000 }, timeoutMs: 100 })).toMatchObject({
        state: 'error',
        error: { code: 'RUN_TIMEOUT', kind: 'timeout', message: expect.stringContaining('0.1 s') },
      });
    });

    it('is told by ctx.signal and may clean up', async () => {
      const running = await submit('cooperative');
      await untilStarted(running);
      await running.abort('changed my mind');
      expect(await running.wait()).toMatchObject({
        state: 'aborted',
        record: { results: { partial: 3 }, reason: 'changed my mind', error: { code: 'RUN_ABORTED' } },
      });
    });

    it('is stopped by the caller’s signal, even one that has fired before', async () => {
      const controller = new AbortController();
      const running = await submit('cooperative', {}, { signal: controller.signal });
      await untilStarted(running);
      controller.abort();
      expect((await running.wait()).state).toBe('aborted');
      expect((await run('cooperative', {}, { signal: AbortSignal.abort('before') })).record).toMatchObject({
        state: 'aborted',
        reason: 'before',
      });
    });

    it('is stopped by a request in the ledger', async () => {
      const running = await submit('cooperative');
      await untilStarted(running);
      await subject.fixture.store.requestStop(running.uid, 'stopped from elsewhere');
      expect(await running.wait()).toMatchObject({
        state: 'aborted',
        record: { reason: 'stopped from elsewhere' },
      });
    });

    it('ends after its grace when it does not react', async () => {
      const running = await submit('stubborn', { graceMs: 100 });
      await untilStarted(running);
      await running.abort('enough');
      expect((await running.wait()).state).toBe('aborted');
    });

    it('does nothing when it has ended', async () => {
      const running = await submit('bare');
      await running.wait();
      await running.abort('too late');
      expect((await running.wait()).state).toBe('completed');
    });

    it('is noticed as too slow even where it never yields', async () => {
      const { error } = await run('busy', { params: { ms: 400 }, timeoutMs: 100, graceMs: 50 });
      expect(error?.code).toBe('RUN_TIMEOUT');
    });
  });
}
