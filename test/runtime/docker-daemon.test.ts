import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ErrorRecord } from '../../src/core/error.ts';
import { connectDocker } from '../../src/functions/image/docker/connect-docker.ts';
import { createDockerRuntime } from '../../src/runtime/docker/docker-runtime.ts';
import type { Job } from '../../src/runtime/job.ts';
import type { RunningJob, Runtime } from '../../src/runtime/runtime.ts';
import { createRuntimeFixture, type RuntimeFixture, until } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { makeNodeImage, nodeImage } from '../support/node-image.ts';
import { type OwnDaemon, startDockerd } from '../support/start-dockerd.ts';
import { buildScript } from './build-script.ts';

describeWith(['docker'], 'a run whose Docker daemon goes away', () => {
  let daemon: OwnDaemon;
  let fixture: RuntimeFixture;
  let runtime: Runtime;
  beforeAll(async () => {
    makeNodeImage();
    daemon = await startDockerd();
    daemon.docker(['load'], execFileSync('docker', ['save', nodeImage], { maxBuffer: 2 ** 30 }));
  });
  // a test that failed may have left it stopped
  beforeEach(() => daemon.start());
  afterAll(() => daemon.remove());
  beforeEach(() => {
    fixture = createRuntimeFixture();
    const env = { DOCKER_HOST: daemon.host };
    runtime = createDockerRuntime({ connect: () => connectDocker({ env }), env, image: nodeImage });
  });
  afterEach(async () => {
    await runtime.close();
    await fixture.remove();
  });

  const start = async (handler: string, change: Partial<Job> = {}): Promise<RunningJob> => {
    const running = await runtime.submit(fixture.job(handler, change), { store: fixture.store });
    await until('the handler has started', async () => {
      const record = await fixture.store.getRun(running.uid).catch(() => undefined);
      return record?.metrics.started === 1;
    });
    return running;
  };

  it('ends when the daemon is stopped, and says so', async () => {
    const running = await start('busyAfterStart', { params: { ms: 600_000 } });
    await daemon.stop();
    await daemon.start();
    const { state, error } = await running.wait();
    expect({ state, code: error?.code }).toEqual({
      state: 'error',
      code: expect.stringMatching(/^(DOCKER_STOPPED|RUN_KILLED)$/),
    });
    expect(error?.hint).toBeTruthy();
    expect(await fixture.store.getRun(running.uid)).toMatchObject({
      state: 'error',
      error: { code: error?.code },
    });
  });

  it('is told to stop by a daemon that is being stopped, and may clean up', async () => {
    const running = await start('cooperative');
    await daemon.stop();
    const { state, record } = await running.wait();
    expect(state).toBe('aborted');
    expect(record.results).toEqual({ partial: 3 });
    await daemon.start();
  });

  it('does not wait for ever for a daemon that does not come back', async () => {
    const running = await start('busyAfterStart', { params: { ms: 600_000 } });
    await daemon.stop();
    const { error } = await running.wait();
    expect(error?.code).toMatch(/^(DOCKER_STOPPED|RUN_KILLED)$/);
    await daemon.start();
  });

  it('can be tried again once the daemon is back, by the same runtime', async () => {
    const job = fixture.job('bare');
    expect(await (await runtime.submit(job, { store: fixture.store })).wait()).toMatchObject({
      state: 'completed',
    });
    await daemon.stop();
    const refusal = runtime.submit(fixture.job('bare'), { store: fixture.store }).then(
      async (refused) => (await refused.wait()).error,
      (error: unknown) => error,
    );
    expect(await refusal).toMatchObject({ code: 'DOCKER_UNAVAILABLE' });
    await daemon.start();
    const again = await runtime.submit(fixture.job('bare'), { store: fixture.store });
    expect(await again.wait()).toMatchObject({ state: 'completed' });
  });
});

describeWith(['docker'], 'a daemon that cannot take a run', () => {
  let fixture: RuntimeFixture;
  beforeAll(() => {
    makeNodeImage();
    fixture = createRuntimeFixture();
  });
  afterAll(() => fixture.remove());

  const runOn = async (daemon: OwnDaemon): Promise<ErrorRecord | undefined> => {
    const env = { DOCKER_HOST: daemon.host };
    const runtime = createDockerRuntime({ connect: () => connectDocker({ env }), env, image: nodeImage });
    const { error } = await (await runtime.submit(fixture.job('bare'), { store: fixture.store })).wait();
    await runtime.close();
    return error;
  };
  const save = (): Buffer => execFileSync('docker', ['save', nodeImage], { maxBuffer: 2 ** 30 });

  it('says which folder it cannot see, as one on another machine would not', async () => {
    const daemon = await startDockerd({ hidden: fixture.root });
    daemon.docker(['load'], save());
    const hidden = path.join(fixture.root, 'bundle');
    expect(await runOn(daemon)).toMatchObject({
      code: 'CONTAINER_MOUNT_MISSING',
      message: expect.stringMatching(
        new RegExp(`"${fixture.root}[^"]*", which its Docker daemon cannot see`),
      ),
      hint: expect.stringContaining('DOCKER_HOST'),
    });
    expect(existsSync(hidden)).toBe(true);
    await daemon.remove();
  });

  it('says that its disk is full', async () => {
    const daemon = await startDockerd({ disk: 320 });
    daemon.docker(['load'], save());
    spawnSync('dd', ['if=/dev/zero', `of=${path.join(daemon.data, 'filler')}`, 'bs=1M'], { stdio: 'ignore' });
    expect(await runOn(daemon)).toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('disk is full'),
      hint: expect.stringContaining('docker system prune'),
    });
    await daemon.remove();
  });
});

describeWith(['docker'], 'a daemon that cannot be used', () => {
  let folder: string;
  let fixture: RuntimeFixture;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-docker-'));
    chmodSync(folder, 0o755);
    fixture = createRuntimeFixture();
  });
  afterAll(async () => {
    await fixture.remove();
    rmSync(folder, { recursive: true });
  });

  const submitTo = async (socket: string): Promise<RunningJob> => {
    const env = { DOCKER_HOST: `unix://${socket}` };
    const runtime = createDockerRuntime({ connect: () => connectDocker({ env }), env, image: nodeImage });
    return runtime.submit(fixture.job('bare'), { store: fixture.store });
  };

  it('refuses a run before it begins: no socket, or nobody behind it', async () => {
    await expect(submitTo(path.join(folder, 'none.sock'))).rejects.toMatchObject({
      code: 'DOCKER_UNAVAILABLE',
      message: expect.stringContaining('none.sock'),
      hint: expect.stringContaining('start Docker'),
    });
    const dead = path.join(folder, 'dead.sock');
    leaveSocket(dead);
    await expect(submitTo(dead)).rejects.toMatchObject({ code: 'DOCKER_UNAVAILABLE' });
  });

  it('refuses a run before it begins: this user may not use it', async () => {
    const closed = path.join(folder, `closed-${Date.now()}.sock`);
    const server = createServer().listen(closed);
    await new Promise((resolve) => server.once('listening', resolve));
    chmodSync(closed, 0o600);
    const script = await buildScript(strangerCode);
    const job = fixture.job('bare');
    const stranger = spawnSync(process.execPath, [script, JSON.stringify([nodeImage, job])], {
      uid: 54321,
      gid: 54321,
      env: { ...process.env, DOCKER_HOST: `unix://${closed}` },
      encoding: 'utf8',
    });
    expect(JSON.parse(stranger.stdout)).toMatchObject({
      code: 'DOCKER_FORBIDDEN',
      message: expect.stringContaining(closed),
      hint: expect.stringContaining('group "docker"'),
    });
    await new Promise((resolve) => server.close(resolve));
  });
});

const strangerCode = `
import { connectDocker } from './src/functions/image/docker/connect-docker.ts';
import { createDockerRuntime } from './src/runtime/docker/docker-runtime.ts';
const [image, job] = JSON.parse(process.argv[2]);
await createDockerRuntime({ connect: connectDocker, image })
  .submit(job)
  .catch((error) => process.stdout.write(JSON.stringify(error)));
`;

/** The file of a socket whose server was killed. */
function leaveSocket(file: string): void {
  const code = `require('node:net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', code]);
}
