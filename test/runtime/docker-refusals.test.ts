import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDocker } from '../../src/functions/image/docker/connect-docker.ts';
import { createDockerRuntime } from '../../src/runtime/docker/docker-runtime.ts';
import type { Job } from '../../src/runtime/job.ts';
import type { RunOutcome, Runtime } from '../../src/runtime/runtime.ts';
import { createRuntimeFixture, type RuntimeFixture } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { makeNodeImage, nodeImage } from '../support/node-image.ts';

/** An executable of a processor that this machine does not have: nothing but a header. */
function foreignProgram(): Buffer {
  const header = Buffer.alloc(120);
  header.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(0x400078n, 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  return header;
}

/** Loads an image of one layer. */
function loadImage(name: string, files: Readonly<Record<string, Buffer>>, architecture: string): void {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
  const content = path.join(root, 'content');
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(content, file)), { recursive: true });
    writeFileSync(path.join(content, file), bytes, { mode: 0o755 });
  }
  const layer = execFileSync('tar', ['-C', content, '-c', '.']);
  const digest = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const config = {
    architecture,
    os: 'linux',
    config: { Env: ['PATH=/usr/bin'] },
    rootfs: { type: 'layers', diff_ids: [digest] },
  };
  writeFileSync(path.join(root, 'layer.tar'), layer);
  writeFileSync(path.join(root, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
  writeFileSync(path.join(root, 'manifest.json'), JSON.stringify(manifest));
  const archive = execFileSync('tar', ['-C', root, '-c', 'manifest.json', 'config.json', 'layer.tar']);
  execFileSync('docker', ['load'], { input: archive, stdio: ['pipe', 'ignore', 'inherit'] });
  rmSync(root, { recursive: true });
}

describeWith(['docker'], 'a run whose container cannot start', () => {
  const empty = `slipway-test/empty:${process.pid}`;
  const foreign = `slipway-test/foreign:${process.pid}`;
  let fixture: RuntimeFixture;
  let runtime: Runtime;

  beforeAll(() => {
    makeNodeImage();
    const [own, other] = process.arch === 'arm64' ? ['arm64', 'amd64'] : ['amd64', 'arm64'];
    loadImage(empty, { 'etc/empty': Buffer.alloc(0) }, own);
    loadImage(foreign, { 'usr/bin/node': foreignProgram() }, other);
    fixture = createRuntimeFixture();
    runtime = createDockerRuntime({ connect: connectDocker, image: nodeImage });
  });
  afterAll(async () => {
    await runtime.close();
    await fixture.remove();
    spawnSync('docker', ['rmi', '-f', empty, foreign]);
  });

  const run = async (change: Partial<Job>, handler = 'bare'): Promise<RunOutcome> =>
    (await runtime.submit(fixture.job(handler, change), { store: fixture.store })).wait();
  const containers = (uid: string): string =>
    execFileSync('docker', ['ps', '-aq', '--filter', `label=slipway.run=${uid}`], { encoding: 'utf8' });

  it('is refused before it begins when its image is missing and cannot be pulled', async () => {
    const job = fixture.job('bare', { image: '127.0.0.1:9/no/such:image' });
    await expect(runtime.submit(job, { store: fixture.store })).rejects.toMatchObject({
      code: 'CONTAINER_IMAGE_MISSING',
      kind: 'not-found',
      message: expect.stringMatching(/"127\.0\.0\.1:9\/no\/such:image".*pulling it failed/),
      hint: expect.stringContaining('docker images'),
    });
    await expect(runtime.submit(fixture.job('bare', { image: 'abcdef012345' }))).rejects.toMatchObject({
      code: 'CONTAINER_IMAGE_MISSING',
    });
    await expect(fixture.store.getRun(job.uid)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it.each([
    ['an image without Node', () => ({ image: empty }), 'CONTAINER_PROGRAM_MISSING', 'has no "node"'],
    [
      'an image for another processor',
      () => ({ image: foreign }),
      'CONTAINER_PLATFORM_WRONG',
      'made for linux/',
    ],
    ['too little memory', () => ({ resources: { memory: 2 ** 20 } }), 'CONTAINER_REFUSED', 'Minimum memory'],
    [
      'more processors than there are',
      () => ({ resources: { cpus: 4096 } }),
      'CONTAINER_REFUSED',
      'Range of CPUs',
    ],
    [
      'graphics processors',
      () => ({ resources: { gpus: 'all' as const } }),
      'CONTAINER_GPU_MISSING',
      'graphics',
    ],
    ['an unknown network', () => ({ network: 'nowhere' }), 'CONTAINER_NETWORK_MISSING', '"nowhere"'],
    ['a folder of the system', () => ({ workingDirectory: '/etc' }), 'CONTAINER_MOUNT_MISSING', '"/etc"'],
  ])('says what is wrong: %s', async (_what, change, code, text) => {
    const { state, error, record } = await run(change());
    expect({ state, code: error?.code, text: error?.message }).toEqual({
      state: 'error',
      code,
      text: expect.stringContaining(text),
    });
    expect(error?.hint).toBeTruthy();
    expect(error?.stack).toBeUndefined();
    // one that ended at once is removed by the daemon, a moment later
    await expect.poll(() => containers(record.uid), { timeout: 30_000 }).toBe('');
  });

  it('is not tried again where trying changes nothing', async () => {
    const { record } = await run({ image: empty, retry: { retries: 3, delayMs: 60_000 } });
    expect(record.attempt).toBe(1);
  });

  it('does not take over the name of a container that is not of its run', async () => {
    const job = fixture.job('bare');
    execFileSync('docker', ['create', '--name', `slipway-${job.uid}`, nodeImage, 'node'], {
      stdio: 'ignore',
    });
    const { error } = await (await runtime.submit(job, { store: fixture.store })).wait();
    expect(error).toMatchObject({
      code: 'CONTAINER_NAME_TAKEN',
      hint: expect.stringContaining(`docker rm slipway-${job.uid}`),
    });
    execFileSync('docker', ['rm', `slipway-${job.uid}`], { stdio: 'ignore' });
  });

  it('takes the place of what an earlier submission of the run left behind', async () => {
    const job = fixture.job('bare');
    const left = ['--name', `slipway-${job.uid}`, '--label', `slipway.run=${job.uid}`];
    execFileSync('docker', ['create', ...left, nodeImage, 'node'], { stdio: 'ignore' });
    const { state } = await (await runtime.submit(job, { store: fixture.store })).wait();
    expect(state).toBe('completed');
  });
});
