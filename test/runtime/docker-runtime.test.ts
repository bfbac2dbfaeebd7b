import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll } from 'vitest';
import { connectDocker } from '../../src/functions/image/docker/connect-docker.ts';
import { createDockerRuntime } from '../../src/runtime/docker/docker-runtime.ts';
import { testRuntime } from '../contract/runtime.ts';
import type { RuntimeFixture } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { makeNodeImage, nodeImage } from '../support/node-image.ts';

describeWith(['docker'], 'in containers', () => {
  beforeAll(makeNodeImage);

  testRuntime('docker', () => createDockerRuntime({ connect: connectDocker, image: nodeImage }), {
    isolated: true,
    isRunning: runsInContainer,
  });
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
