import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src/runtime/job.ts';
import { createRuntimeFixture, isRunning, type RuntimeFixture, until } from '../contract/runtime-fixture.ts';
import { buildScript } from './build-script.ts';

const code = `
import { createProcessRuntime } from './src/runtime/process/process-runtime.ts';
const [isolation, job] = JSON.parse(process.argv[2]);
const runtime = createProcessRuntime({ isolation });
const running = await runtime.submit(job);
const { state } = await running.wait();
process.stdout.write(state);
if (isolation === 'fresh') await runtime.close();
`;

/** A process of its own that submits one job and waits for it. */
async function startSubmitter(isolation: string, job: Job): Promise<ChildProcess> {
  const script = await buildScript(code);
  return spawn(process.execPath, [script, JSON.stringify([isolation, job])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('the process that submitted a run', () => {
  let fixture: RuntimeFixture;
  beforeEach(() => {
    fixture = createRuntimeFixture();
  });
  afterEach(() => fixture.remove());

  const runnerPid = async (uid: string, submitter: number | undefined): Promise<number> => {
    let pid: number | undefined;
    await until('the runner has taken the journal over', async () => {
      try {
        for await (const event of fixture.store.events(uid))
          if (event.kind === 'owner') pid = event.owner.pid;
      } catch {
        return false;
      }
      return pid !== undefined && pid !== submitter;
    });
    return pid ?? 0;
  };

  it.each(['fresh', 'pool'])(
    'takes its %s runner along when it is killed, and the run ends as aborted',
    async (isolation) => {
      const job = fixture.job('sleeping', { params: { ms: 60_000 } });
      const submitter = await startSubmitter(isolation, job);
      const runner = await runnerPid(job.uid, submitter.pid);
      submitter.kill('SIGKILL');
      await until('the runner has ended', () => !isRunning(runner));
      expect(await fixture.store.getRun(job.uid)).toMatchObject({
        state: 'aborted',
        reason: expect.stringContaining('has gone'),
      });
    },
  );

  it.each(['fresh', 'pool'])(
    'takes its %s runner along within seconds when the handler never yields, and the run is lost',
    async (isolation) => {
      const job = fixture.job('endless');
      const submitter = await startSubmitter(isolation, job);
      const runner = await runnerPid(job.uid, submitter.pid);
      await until(
        'the handler is busy',
        async () => (await fixture.store.getRun(job.uid)).metrics.endless === 1,
      );
      submitter.kill('SIGKILL');
      const killed = performance.now();
      await until('the runner has ended', () => !isRunning(runner));
      expect(performance.now() - killed).toBeLessThan(30_000);
      expect((await fixture.store.getRun(job.uid)).state).toBe('lost');
    },
  );

  it('has the whole group of such a runner ended, what it started included', async () => {
    const job = fixture.job('endlessWithChild');
    const submitter = await startSubmitter('fresh', job);
    await runnerPid(job.uid, submitter.pid);
    const started = async (): Promise<number> =>
      Number((await fixture.store.getRun(job.uid)).metrics.child ?? 0);
    await until('the handler has started a process', async () => (await started()) > 0);
    const child = await started();
    submitter.kill('SIGKILL');
    await until('the process has ended', () => !isRunning(child));
  });

  it('lets a handler that listens clean up first', async () => {
    const job = fixture.job('cooperative', { params: {} });
    const submitter = await startSubmitter('fresh', job);
    const runner = await runnerPid(job.uid, submitter.pid);
    await until(
      'the handler has started',
      async () => (await fixture.store.getRun(job.uid)).metrics.started === 1,
    );
    submitter.kill('SIGKILL');
    await until('the runner has ended', () => !isRunning(runner));
    expect(await fixture.store.getRun(job.uid)).toMatchObject({ state: 'aborted', results: { partial: 3 } });
  });

  it('is not kept alive by idle workers of a pool', async () => {
    const submitter = await startSubmitter('pool', fixture.job('bare'));
    let output = '';
    submitter.stdout?.on('data', (data) => {
      output += data;
    });
    expect(await once(submitter, 'exit')).toEqual([0, null]);
    expect(output).toBe('completed');
  });

  it('has nothing of job and secrets in the arguments of the runner', async () => {
    const job = fixture.job('cooperative', { params: { note: 'only-in-the-channel' } });
    const submitter = await startSubmitter('fresh', job);
    const runner = await runnerPid(job.uid, submitter.pid);
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(`/proc/${runner}/cmdline`, 'utf8').split('\0').filter(Boolean)).toHaveLength(2);
    submitter.kill('SIGKILL');
    await until('the runner has ended', () => !isRunning(runner));
  });
});
