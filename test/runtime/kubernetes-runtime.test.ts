import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { testRuntime } from '../contract/runtime.ts';
import type { RuntimeFixture } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { clusterRuntime, contractHandlers, pushHandlers } from '../support/cluster-runtime.ts';

vi.setConfig({ testTimeout: 300_000 });

describeWith(['kubernetes'], 'on a cluster', () => {
  let cluster: TestCluster;
  let namespace = '';
  let image = '';

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    image = await pushHandlers(cluster, contractHandlers);
  });
  afterAll(() => cluster?.deleteNamespace(namespace));

  testRuntime('kubernetes', () => inImage(), {
    isolated: true,
    isRunning: runsInPod,
    workFolder: '/work',
    sideBySide: true,
  });

  /** Jobs of the contract name no image. */
  function inImage(): Runtime {
    let runtime: Runtime | undefined;
    const opened = (): Runtime => {
      runtime ??= clusterRuntime({ cluster, namespace });
      return runtime;
    };
    return {
      name: 'kubernetes',
      get capabilities() {
        return opened().capabilities;
      },
      submit: (job, options) => opened().submit({ ...job, image }, options),
      close: async () => runtime?.close(),
    };
  }
});

/** Whether a pod of a run of the fixture has a process with this pid, as seen inside. */
function runsInPod(pid: number, { root }: RuntimeFixture): boolean {
  const runs = readdirSync(path.join(root, '.slipway/projects/contract/runs'));
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    const run = /(?:^|\0)SLIPWAY_RUN=([^\0]*)/.exec(read(`/proc/${entry}/environ`))?.[1];
    if (run === undefined || !runs.includes(run)) return false;
    const status = read(`/proc/${entry}/status`);
    return new RegExp(`^NSpid:.*\\s${pid}$`, 'm').test(status) && !/^State:\s+[ZX]/m.test(status);
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
