import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDocker } from '../../src/functions/image/docker/connect-docker.ts';
import { createDockerRuntime } from '../../src/runtime/docker/docker-runtime.ts';
import { endOrphans } from '../../src/runtime/docker/end-orphans.ts';
import type { Job } from '../../src/runtime/job.ts';
import type { RunningJob, Runtime } from '../../src/runtime/runtime.ts';
import { createRuntimeFixture, type RuntimeFixture, until } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { makeNodeImage, nodeImage } from '../support/node-image.ts';
import { buildScript } from './build-script.ts';

const submitterCode = `
import { connectDocker } from './src/functions/image/docker/connect-docker.ts';
import { createDockerRuntime } from './src/runtime/docker/docker-runtime.ts';
const [image, job] = JSON.parse(process.argv[2]);
const runtime = createDockerRuntime({ connect: connectDocker, image });
const running = await runtime.submit(job);
const { state } = await running.wait();
process.stdout.write(state);
`;

/** A process of its own that submits one job and waits for it. */
async function startSubmitter(job: Job): Promise<ChildProcess> {
  const script = await buildScript(submitterCode);
  return spawn(process.execPath, [script, JSON.stringify([nodeImage, job])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const containersOf = (uid: string): string => docker('ps', '-aq', '--filter', `label=slipway.run=${uid}`);

describeWith(['docker'], 'a run in a container', () => {
  let fixture: RuntimeFixture;
  let runtime: Runtime;
  beforeAll(() => {
    makeNodeImage();
    fixture = createRuntimeFixture();
    runtime = createDockerRuntime({ connect: connectDocker, image: nodeImage });
  });
  afterAll(async () => {
    await runtime.close();
    await fixture.remove();
  });

  const submit = (handler: string, change: Partial<Job> = {}): Promise<RunningJob> =>
    runtime.submit(fixture.job(handler, change), { store: fixture.store });
  const hasStarted = (uid: string): Promise<void> =>
    until('the handler has started', async () => {
      const record = await fixture.store.getRun(uid).catch(() => undefined);
      return record?.metrics.started === 1;
    });
  const isGone = (uid: string): Promise<void> =>
    until('its container is gone', () => containersOf(uid) === '');

  it('ends by itself when its submitter is killed, and may clean up', async () => {
    const job = fixture.job('cooperative');
    const submitter = await startSubmitter(job);
    await hasStarted(job.uid);
    expect(await fixture.store.getRun(job.uid)).toMatchObject({ state: 'running' });
    submitter.kill('SIGKILL');
    await isGone(job.uid);
    expect(await fixture.store.getRun(job.uid)).toMatchObject({
      state: 'aborted',
      reason: expect.stringContaining('has gone'),
      results: { partial: 3 },
    });
  });

  it('is not taken for lost while its container lives, though its submitter is gone', async () => {
    const job = fixture.job('stubborn', { graceMs: 8000 });
    const submitter = await startSubmitter(job);
    await hasStarted(job.uid);
    submitter.kill('SIGKILL');
    await until('the submitter is gone', () => submitter.exitCode !== null || submitter.signalCode !== null);
    expect(await fixture.store.getRun(job.uid)).toMatchObject({ state: 'running' });
    await isGone(job.uid);
    expect(await fixture.store.getRun(job.uid)).toMatchObject({ state: 'aborted' });
  });

  it('in a busy loop is ended by whoever looks next when its submitter was killed', async () => {
    const job = fixture.job('busyAfterStart', { params: { ms: 600_000 } });
    const submitter = await startSubmitter(job);
    await hasStarted(job.uid);
    submitter.kill('SIGKILL');
    await until('the submitter is gone', () => submitter.signalCode !== null);
    expect(containersOf(job.uid)).not.toBe('');
    const ended = await endOrphans(await connectDocker(), job.storeDirectory);
    expect(ended).toContain(job.uid);
    await isGone(job.uid);
    expect(await fixture.store.getRun(job.uid)).toMatchObject({ state: 'lost' });
  });

  it('that was never started, as its submitter was killed before, is removed by whoever looks next', async () => {
    const job = fixture.job('bare');
    const labels = {
      run: job.uid,
      store: job.storeDirectory,
      submitter: '{"host":"%","pid":1,"startTicks":"1"}',
    };
    const host = execFileSync('hostname', { encoding: 'utf8' }).trim();
    const flags = Object.entries(labels).flatMap(([key, value]) => [
      '--label',
      `slipway.${key}=${value.replace('%', host)}`,
    ]);
    docker('create', ...flags, nodeImage, 'node');
    expect(await endOrphans(await connectDocker(), job.storeDirectory)).toEqual([job.uid]);
    expect(containersOf(job.uid)).toBe('');
  });

  it.each([
    ['kill', (id: string) => docker('kill', id), 'RUN_KILLED', /killed by SIGKILL/],
    ['rm -f', (id: string) => docker('rm', '-f', id), 'RUN_KILLED', /killed by SIGKILL/],
    ['stop', (id: string) => docker('stop', id), 'RUN_ABORTED', /SIGTERM/],
  ])('says how it ended after `docker %s` from elsewhere', async (_name, act, code, message) => {
    const running = await submit('cooperative');
    await hasStarted(running.uid);
    act(`slipway-${running.uid}`);
    const { error, record } = await running.wait();
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await fixture.store.getRun(running.uid)).toMatchObject({ state: record.state, error: { code } });
    await isGone(running.uid);
  });

  it('is aborted even when somebody has paused it', async () => {
    const running = await submit('cooperative', { graceMs: 50 });
    await hasStarted(running.uid);
    docker('pause', `slipway-${running.uid}`);
    await running.abort('no patience');
    expect(await running.wait()).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
    await isGone(running.uid);
  });

  it('does not begin when it is aborted while its container is made', async () => {
    const running = await submit('cooperative');
    await running.abort('at once');
    expect(await running.wait()).toMatchObject({
      state: 'aborted',
      record: { reason: 'at once', metrics: {} },
    });
    await isGone(running.uid);
  });

  it('does not outlive the runtime', async () => {
    const own = createDockerRuntime({ connect: connectDocker, image: nodeImage });
    const running = await own.submit(fixture.job('cooperative'), { store: fixture.store });
    await hasStarted(running.uid);
    await own.close();
    expect(await running.wait()).toMatchObject({ state: 'aborted' });
    await isGone(running.uid);
    await expect(own.submit(fixture.job('bare'))).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' });
  });

  it('lets its submitter end without being told to', async () => {
    const submitter = await startSubmitter(fixture.job('bare'));
    let output = '';
    submitter.stdout?.on('data', (data) => {
      output += data;
    });
    expect(await new Promise((resolve) => submitter.once('exit', resolve))).toBe(0);
    expect(output).toBe('completed');
  });
});
