import { afterAll, beforeAll, expect, it } from 'vitest';
import { collectDockerImages } from '../../src/functions/image/docker/collect-docker-images.ts';
import { connectDocker } from '../../src/functions/image/docker/connect-docker.ts';
import { loadIntoDocker } from '../../src/functions/image/docker/load-image.ts';
import { makeImage, temporaryBlobs } from '../functions/image/make-image.ts';
import { describeWith } from '../setup/components.ts';
import { type OwnDaemon, startDockerd } from '../support/start-dockerd.ts';

const twoDays = 48 * 3600_000;

describeWith(['docker'], 'cleaning up the images of a Docker daemon', () => {
  let daemon: OwnDaemon;
  beforeAll(async () => {
    daemon = await startDockerd();
  });
  afterAll(() => daemon.remove());

  it('removes what Slipway named and nothing uses once it is a day old, and leaves the rest', async () => {
    const docker = await connectDocker({ env: { DOCKER_HOST: daemon.host } });
    const load = async (tag: string): Promise<string> => {
      const blobs = temporaryBlobs();
      const image = await makeImage(blobs, { layers: [{ 'for.txt': tag }], config: { Cmd: ['/none'] } });
      return (await loadIntoDocker(image, tag, { blobs, docker })).id;
    };
    const old = 'slipway/train:0123456789ab';
    await load(old);
    const used = await load('slipway/used:0123456789ac');
    const current = await load('slipway/current:0123456789ad');
    await load('slipway/train:mine');
    await load('team/train:0123456789ae');
    await docker.createContainer({ Image: used });
    const tags = (): string[] =>
      daemon.docker(['images', '--format', '{{.Repository}}:{{.Tag}}']).trim().split('\n').sort();
    const before = tags();
    const keep = new Set([current]);

    expect(await collectDockerImages(docker, { dryRun: false, keep })).toEqual([]);
    const now = Date.now() + twoDays;
    expect(await collectDockerImages(docker, { dryRun: true, keep, now })).toEqual([old]);
    expect(tags()).toEqual(before);
    expect(await collectDockerImages(docker, { dryRun: false, keep, now })).toEqual([old]);
    expect(tags()).toEqual(before.filter((tag) => tag !== old));
  });
});
