import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../src/runtime/job.ts';
import { createProcessRuntime } from '../../src/runtime/process/process-runtime.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { createRuntimeFixture, isRunning, type RuntimeFixture } from '../contract/runtime-fixture.ts';

describe('a pool of workers', () => {
  let fixture: RuntimeFixture;
  const runtime = createProcessRuntime({ isolation: 'pool', poolSize: 1 });
  beforeAll(() => {
    fixture = createRuntimeFixture();
  });
  afterAll(async () => {
    await runtime.close();
    await fixture.remove();
  });

  const run = async (handler: string, change: Partial<Job> = {}): Promise<RunRecord> =>
    (await (await runtime.submit(fixture.job(handler, change), { store: fixture.store })).wait()).record;
  const pid = async (): Promise<number> => (await run('counting')).results.pid as number;

  it('executes one run after the other in the same process, its modules still loaded', async () => {
    const first = await run('counting');
    const second = await run('counting');
    expect(second.results.pid).toBe(first.results.pid);
    expect(second.results.calls).toBe((first.results.calls as number) + 1);
  });

  it('goes on after a failure, a stray save or an output flood with the same process', async () => {
    const before = await pid();
    await run('failing');
    await run('failingAfterSave');
    await run('flooding', { params: { lines: 10_000, text: 'x' } });
    expect(await pid()).toBe(before);
  });

  it('replaces a process that exited, was killed, or was stopped', async () => {
    let before = await pid();
    for (const [handler, change] of [
      ['exiting', { params: { code: 0 } }],
      ['killingItself', {}],
      ['sleeping', { params: { ms: 60_000 }, timeoutMs: 50 }],
      ['strayException', {}],
    ] as const) {
      expect((await run(handler, change)).state).toBe('error');
      const after = await pid();
      expect(after).not.toBe(before);
      expect(isRunning(before)).toBe(false);
      before = after;
    }
  });

  it('replaces a process in which a run left a timer or a child process', async () => {
    const left = await run('leavingTimer');
    expect(left.state).toBe('completed');
    const after = await pid();
    expect(after).not.toBe(left.results.pid);
    expect(isRunning(left.results.pid as number)).toBe(false);
    expect((await run('leavingGrandchild')).state).toBe('completed');
    expect(await pid()).not.toBe(after);
  });

  it('keeps runs waiting for a free process, in order, and forgets one that is aborted meanwhile', async () => {
    const submit = (handler: string, params: Job['params'] = {}) =>
      runtime.submit(fixture.job(handler, { params }), { store: fixture.store });
    const busy = await submit('sleeping', { ms: 3000 });
    const unwanted = await submit('counting');
    const wanted = await submit('counting');
    await unwanted.abort('not needed');
    expect((await unwanted.wait()).state).toBe('aborted');
    expect((await busy.wait()).state).toBe('completed');
    expect((await wanted.wait()).state).toBe('completed');
  });

  it('gives a run with a memory limit a process of its own', async () => {
    const before = await pid();
    const limited = await run('counting', { resources: { memory: 512 * 2 ** 20 } });
    expect(limited.results).toMatchObject({ calls: 1 });
    expect(limited.results.pid).not.toBe(before);
  });

  it('aborts what is running when it is closed, and refuses further runs', async () => {
    const own = createProcessRuntime({ isolation: 'pool', poolSize: 1 });
    const running = await own.submit(fixture.job('cooperative'), { store: fixture.store });
    for await (const event of running.events()) if (event.kind === 'metric') break;
    await own.close();
    expect((await running.wait()).record).toMatchObject({
      state: 'aborted',
      reason: 'its runtime was closed',
    });
    await expect(own.submit(fixture.job('bare'))).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' });
  });
});
