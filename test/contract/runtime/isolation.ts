import { describe, expect, it } from 'vitest';
import { until } from '../runtime-fixture.ts';
import type { RuntimeUnderTest } from './runtime-under-test.ts';

/** What only runtimes with a process of their own for user code can do. */
export function testIsolation(subject: RuntimeUnderTest, isRunning: (pid: number) => boolean): void {
  const { submit } = subject;
  const pids = (log: string): number[] =>
    [...log.matchAll(/(?:inner|outer) (\d+)/g)].map((match) => Number(match[1]));

  // they look for processes by their pids, which other runs may have, too
  describe.sequential('user code in a process of its own', () => {
    it('is an error when it is killed, and takes nobody with it', async () => {
      const outcome = await (await submit('killingItself')).wait();
      expect(outcome).toMatchObject({
        state: 'error',
        error: { code: 'RUN_KILLED', details: { signal: 'SIGKILL' } },
      });
      expect((await (await submit('bare')).wait()).state).toBe('completed');
    });

    it('is killed with everything it started', async () => {
      const running = await submit('withGrandchildren', { graceMs: 100 });
      await until('both grandchildren are there', () => pids(subject.fixture.log(running.uid)).length === 2);
      const started = pids(subject.fixture.log(running.uid));
      expect(started.filter(isRunning)).toEqual(started);
      await running.abort('stop it all');
      expect(started.filter(isRunning)).toEqual([]);
      expect((await running.wait()).state).toBe('aborted');
    });

    it('is killed with daemons that left its group', async () => {
      const running = await submit('withGrandchildren', { graceMs: 100, params: { detached: true } });
      await until('both grandchildren are there', () => pids(subject.fixture.log(running.uid)).length === 2);
      const started = pids(subject.fixture.log(running.uid));
      await running.abort('stop it all');
      expect(started.filter(isRunning)).toEqual([]);
    });

    it('leaves no process behind when it completes', async () => {
      const { state, record } = await (await submit('leavingGrandchild')).wait();
      expect(state).toBe('completed');
      const pid = record.results.pid as number;
      await until('the grandchild is gone', () => !isRunning(pid));
    });

    it('is stopped in a busy loop', async () => {
      const running = await submit('busy', { params: { ms: 60_000 }, timeoutMs: 200, graceMs: 50 });
      expect(await running.wait()).toMatchObject({ state: 'error', error: { code: 'RUN_TIMEOUT' } });
    });

    it('ends when it waits for what can never happen', async () => {
      expect(await (await submit('stalled')).wait()).toMatchObject({
        state: 'error',
        error: { code: 'RUN_STALLED' },
      });
    });

    it('is held to its memory limit, in V8’s heap and outside', async () => {
      const resources = { memory: 160 * 2 ** 20 };
      for (const handler of ['hungry', 'hungryOutsideHeap'])
        expect(await (await submit(handler, { resources })).wait()).toMatchObject({
          state: 'error',
          error: { code: 'RUN_OUT_OF_MEMORY', message: expect.stringContaining('160 MiB') },
        });
    });
  });
}
