import { spawn } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import { connectDocker } from '../../../src/functions/image/docker/connect-docker.ts';
import { loadIntoDocker } from '../../../src/functions/image/docker/load-image.ts';
import { describeWith } from '../../setup/components.ts';
import { compileProgram } from '../child-process.ts';
import { makeImage, noise, temporaryBlobs, temporaryFolder } from './make-image.ts';
import { runProgram } from './run-program.ts';

describeWith(['docker'], 'loading an image into a real Docker daemon', () => {
  it('gives it under its tag, with the layers in place', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, {
      layers: [{ 'base/file': noise(2) }, { 'app/main.mjs': 'console.log(1)\n' }],
      config: { Labels: { 'com.example.made': 'by hand' } },
      note: 'n',
    });
    const tag = removedLater(`slipway-test/load-${createUid()}:1`);
    const loaded = await loadIntoDocker(image, tag, { blobs });
    expect(loaded).toEqual({ id: image.config.digest, reference: tag, existed: false });
    const [found] = JSON.parse(runProgram('docker', 'image', 'inspect', tag));
    expect(found.Config.Labels).toEqual({ 'com.example.made': 'by hand' });
    expect(found.RootFS.Layers).toEqual(image.layers.map(({ diffId }) => diffId));
  });

  it('sends nothing when the daemon has it, and only tags it under another name', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ unique: createUid() }] });
    const tag = removedLater(`slipway-test/again-${createUid()}`);
    await loadIntoDocker(image, tag, { blobs });
    // without the blobs nothing could be sent
    rmSync(blobs.directory, { recursive: true });
    expect(await loadIntoDocker(image, tag, { blobs })).toMatchObject({
      existed: true,
      reference: `${tag}:latest`,
    });
    const other = removedLater(`slipway-test/other-${createUid()}:2`);
    expect(await loadIntoDocker(image, other, { blobs })).toMatchObject({
      id: image.config.digest,
      existed: true,
    });
    expect(runProgram('docker', 'image', 'inspect', '-f', '{{.Id}}', other).trim()).toBe(image.config.digest);
  });

  it('does not send a large layer that the daemon has from another image', async () => {
    const blobs = temporaryBlobs();
    const base = { 'base/file': noise(3) };
    const first = await makeImage(blobs, { layers: [base, { a: '1' }] });
    const second = await makeImage(blobs, { layers: [base, { a: '2' }] });
    await loadIntoDocker(first, removedLater(`slipway-test/first-${createUid()}`), { blobs });
    rmSync(blobs.path(first.layers[0]?.digest ?? ''));
    const tag = removedLater(`slipway-test/second-${createUid()}`);
    expect(await loadIntoDocker(second, tag, { blobs })).toMatchObject({
      id: second.config.digest,
      existed: false,
    });
    const [found] = JSON.parse(runProgram('docker', 'image', 'inspect', tag));
    expect(found.RootFS.Layers).toEqual(second.layers.map(({ diffId }) => diffId));
  });

  it('moves a tag that another image had', async () => {
    const blobs = temporaryBlobs();
    const tag = removedLater(`slipway-test/moved-${createUid()}`);
    await loadIntoDocker(await makeImage(blobs, { layers: [{ a: createUid() }] }), tag, { blobs });
    const image = await makeImage(blobs, { layers: [{ a: createUid() }] });
    expect(await loadIntoDocker(image, tag, { blobs })).toMatchObject({ id: image.config.digest });
  });

  it('passes on why the daemon does not take it', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: createUid() }] });
    const broken = blobs.writeBytes(
      image.layers[0]?.mediaType ?? '',
      Buffer.from('no tar at all'.repeat(100)),
    );
    const [layer] = image.layers;
    const layers = [{ ...broken, diffId: layer?.diffId ?? '' }];
    await expect(
      loadIntoDocker({ ...image, layers }, 'slipway-test/broken', { blobs }),
    ).rejects.toMatchObject({
      code: 'DOCKER_LOAD_FAILED',
      message: expect.stringContaining('did not take the image "slipway-test/broken:latest": '),
    });
  });
});

describe('a Docker daemon that does not answer', () => {
  it('is named with its address', async () => {
    const docker = await connectDocker({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
    await expect(docker.info()).rejects.toMatchObject({
      code: 'DOCKER_UNAVAILABLE',
      message: 'no Docker daemon answers at "unix:///nowhere/docker.sock"',
      hint: expect.stringContaining('start Docker'),
    });
    const tcp = await connectDocker({ env: { DOCKER_HOST: 'tcp://127.0.0.1:1' } });
    await expect(tcp.listContainers()).rejects.toMatchObject({ code: 'DOCKER_UNAVAILABLE' });
  });

  it('is named when this user may not use it', async () => {
    const socket = path.join(temporaryFolder(), 'docker.sock');
    chmodSync(path.dirname(socket), 0o755);
    const server = createServer((_, response) => void response.end());
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    chmodSync(socket, 0);
    const program = compileProgram(`
      import { connectDocker } from './functions/image/docker/connect-docker.ts';
      const docker = await connectDocker();
      await docker.info().catch((error) => console.log(JSON.stringify(error)));
    `);
    chmodSync(path.dirname(program), 0o755);
    expect(JSON.parse(await runAsNobody(program, { DOCKER_HOST: `unix://${socket}` }))).toMatchObject({
      code: 'DOCKER_FORBIDDEN',
      message: `this user may not use the Docker daemon at "unix://${socket}"`,
      hint: expect.stringContaining('group "docker"'),
    });
  });

  it('is refused before anything is asked when its address is none', async () => {
    await expect(connectDocker({ env: { DOCKER_HOST: 'gopher://x' } })).rejects.toMatchObject({
      code: 'DOCKER_HOST_INVALID',
    });
    await expect(
      connectDocker({ env: { DOCKER_CONTEXT: 'lost', DOCKER_CONFIG: temporaryFolder() } }),
    ).rejects.toMatchObject({
      code: 'DOCKER_HOST_INVALID',
      message: 'the Docker context "lost" does not exist or names no daemon',
    });
  });

  it('is refused when it is too old', async () => {
    const socket = path.join(temporaryFolder(), 'docker.sock');
    const server = createServer((_, response) => {
      response.setHeader('Api-Version', '1.24').setHeader('Content-Type', 'application/json').end('{}');
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    const docker = await connectDocker({ env: { DOCKER_HOST: `unix://${socket}` } });
    await expect(docker.info()).rejects.toMatchObject({
      code: 'DOCKER_TOO_OLD',
      message: `the Docker daemon at "unix://${socket}" is too old: its API is 1.24`,
    });
  });
});

function removedLater(tag: string): string {
  onTestFinished(() => {
    runProgram('docker', 'image', 'rm', '-f', tag);
  });
  return tag;
}

/** Runs a program as a user without rights; root may do everything. */
function runAsNobody(file: string, env: Record<string, string>): Promise<string> {
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file], { ...nobody, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.once('close', () => resolve(text));
  });
}
