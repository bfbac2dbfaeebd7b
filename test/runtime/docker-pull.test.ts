import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { connectDocker } from '../../src/functions/image/docker/connect-docker.ts';
import type { Image } from '../../src/functions/image/oci/image.ts';
import { hostPlatform } from '../../src/functions/image/oci/platform.ts';
import { pushImage } from '../../src/functions/image/registry/push-image.ts';
import { inspectImage } from '../../src/runtime/docker/inspect-image.ts';
import { makeImage, temporaryBlobs } from '../functions/image/make-image.ts';
import { describeWith } from '../setup/components.ts';
import { type Registry, startRegistry } from '../support/start-registry.ts';

describeWith(['docker', 'registry'], 'an image that the daemon has to pull', () => {
  let registry: Registry;
  let folder: string;
  const pulled: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-pull-'));
    registry = await startRegistry({ users: { ada: 'secret' } });
  });
  afterAll(async () => {
    spawnSync('docker', ['rmi', '-f', ...pulled], { stdio: 'ignore' });
    await registry.stop();
    rmSync(folder, { recursive: true });
  });

  const login = { DOCKER_CONFIG: '' };
  const push = async (name: string): Promise<{ reference: string; image: Image }> => {
    login.DOCKER_CONFIG = folder;
    const auth = Buffer.from('ada:secret').toString('base64');
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const blobs = temporaryBlobs();
    const layers = [{ 'hello.txt': `hello ${name}\n` }];
    const image = await makeImage(blobs, { layers, platform: hostPlatform() });
    const reference = `${registry.host}/team/${name}:1`;
    await pushImage(image, reference, { blobs, env: login });
    pulled.push(reference);
    return { reference, image };
  };

  it('is pulled with the login of the Docker configuration, and says so while it comes', async () => {
    const { reference, image } = await push(`base-${createUid()}`);
    const docker = await connectDocker();
    await expect(
      inspectImage(docker, reference, { env: { DOCKER_CONFIG: '/nowhere' } }),
    ).rejects.toMatchObject({
      code: 'CONTAINER_IMAGE_MISSING',
      message: expect.stringMatching(/pulling it failed: .*(no basic auth|unauthorized|authentication)/i),
    });
    const lines: string[] = [];
    const found = await inspectImage(docker, reference, {
      env: login,
      onProgress: (line) => lines.push(line),
    });
    expect(found.digest).toBe(image.manifest.digest);
    expect(lines.at(0)).toBe(`pulling image ${reference}`);
    expect(lines.at(-1)).toBe(`pulled image ${reference}`);
    lines.length = 0;
    await inspectImage(docker, reference, { env: login, onProgress: (line) => lines.push(line) });
    expect(lines).toEqual([]);
  });

  it('whose content is not what its digest says is refused with the reason that the daemon gives', async () => {
    const { reference, image } = await push(`damaged-${createUid()}`);
    const hex = image.layers[0]?.digest.slice('sha256:'.length) ?? '';
    const file = path.join(registry.storage, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 255;
    writeFileSync(file, bytes);
    await expect(inspectImage(await connectDocker(), reference, { env: login })).rejects.toMatchObject({
      code: 'CONTAINER_IMAGE_MISSING',
      message: expect.stringMatching(/pulling it failed: .*(verification failed|digest|checksum)/i),
    });
  });
});
