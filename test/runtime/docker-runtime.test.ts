import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { connectDocker } from '../../src/functions/image/docker/connect-docker.ts';
import { loadIntoDocker } from '../../src/functions/image/docker/load-image.ts';
import { createDockerRuntime } from '../../src/runtime/docker/docker-runtime.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { testRuntime } from '../contract/runtime.ts';
import type { RuntimeFixture } from '../contract/runtime-fixture.ts';
import { imageProject } from '../functions/image/function-image.ts';
import { describeWith } from '../setup/components.ts';
import { makeNodeImage, nodeImage } from '../support/node-image.ts';

describeWith(['docker'], 'in containers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-own-image-'));
  let ownImage = '';

  beforeAll(async () => {
    makeNodeImage();
    const project = imageProject(path.join(folder, 'project'), path.join(folder, 'cache'));
    project.write({ 'any.mjs': 'export function any(ctx) { return {}; }' });
    const built = await project.build('any.mjs');
    const loaded = await loadIntoDocker(built, `slipway-test/own:${process.pid}`, { blobs: project.blobs });
    ownImage = loaded.reference;
  });
  afterAll(() => {
    spawnSync('docker', ['rmi', '-f', ownImage]);
    rmSync(folder, { recursive: true });
  });

  const start = (image: string): Runtime => createDockerRuntime({ connect: connectDocker, image });
  const traits = { isolated: true, isRunning: runsInContainer, sideBySide: true };
  testRuntime('docker', () => start(ownImage), traits);
  testRuntime('docker, in an image without a runner,', () => start(nodeImage), traits);
});

/** Whether a container of the fixture's store has a process with this pid, as seen inside. */
function runsInContainer(pid: number, { root }: RuntimeFixture): boolean {
  const filter = `label=slipway.store=${root}/.slipway`;
  const ids = execFileSync('docker', ['ps', '-q', '--no-trunc', '--filter', filter], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    const groups = read(`/proc/${entry}/cgroup`);
    if (!ids.some((id) => groups.includes(id))) return false;
    const status = read(`/proc/${entry}/status`);
    return new RegExp(`^NSpid:.*\\s${pid}$`, 'm').test(status) && !/^State:\s+[ZX]/m.test(status);
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
