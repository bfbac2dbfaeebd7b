import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Job } from '../../src/runtime/job.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { createRuntimeFixture, type RuntimeFixture, until } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { clusterRuntime, podHandlers, pushHandlers } from '../support/cluster-runtime.ts';
import { buildScript } from './build-script.ts';

// up to three pods, one after the other
vi.setConfig({ testTimeout: 300_000 });

const submitterCode = `
import { connectCluster } from './src/runtime/kubernetes/api/connect-cluster.ts';
import { createKubernetesRuntime } from './src/runtime/kubernetes/kubernetes-runtime.ts';
import { startServer } from './src/server/start-server.ts';
const [kubeconfig, namespace, host, job] = JSON.parse(process.argv[2]);
const token = 'token-of-the-tests-of-pods';
const openRoute = async ({ storeDirectory, project }) => {
  const tokens = [{ token, access: 'write', project }];
  const server = await startServer({ directory: storeDirectory, tokens, host, port: 0, version: 'test' });
  return { url: server.url, token, close: () => server.close() };
};
const runtime = createKubernetesRuntime({
  connect: () => connectCluster({ kubeconfig, namespace }),
  openRoute,
  options: { requests: { cpu: '10m' } },
});
const running = await runtime.submit(job);
await running.wait();
`;

describeWith(['kubernetes'], 'a run whose submitter is killed', () => {
  let cluster: TestCluster;
  let namespace: string;
  let image: string;
  let fixture: RuntimeFixture;
  let runtime: Runtime;
  const submitters: ChildProcess[] = [];

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    image = await pushHandlers(cluster, podHandlers);
    fixture = createRuntimeFixture();
    runtime = clusterRuntime({ cluster, namespace });
  });
  afterAll(async () => {
    for (const submitter of submitters) submitter.kill('SIGKILL');
    await runtime?.close();
    await fixture?.remove();
    cluster?.deleteNamespace(namespace);
  });

  const podsOf = (uid: string): string[] =>
    cluster
      .kubectl(['--namespace', namespace, 'get', 'jobs,pods', '-l', `slipway.run=${uid}`, '-o', 'name'])
      .split('\n')
      .filter(Boolean);

  /** Submits a job from a process of its own, which is killed once user code has begun. */
  async function abandon(handler: string, change: Partial<Job>): Promise<string> {
    const job = fixture.job(handler, { image, ...change });
    const host = cluster.local?.hostAddress ?? '0.0.0.0';
    const script = await buildScript(submitterCode);
    const submitter = spawn(
      process.execPath,
      [script, JSON.stringify([cluster.kubeconfig, namespace, host, job])],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    submitters.push(submitter);
    await until('user code has begun', async () => {
      const record = await fixture.store.getRun(job.uid).catch(() => undefined);
      return Object.keys(record?.metrics ?? {}).length > 0;
    });
    submitter.kill('SIGKILL');
    await once(submitter, 'exit');
    return job.uid;
  }

  it('is not lost as long as its pod may live, and stops with whoever comes next if it was asked to', async () => {
    const uid = await abandon('waiting', { graceMs: 300 });
    expect((await fixture.store.getRun(uid)).state).toBe('running');
    // somebody else uses the store: what nobody asked to stop goes on
    const other = await runtime.submit(fixture.job('ticking', { image, params: { count: 1 } }), {
      store: fixture.store,
    });
    expect((await other.wait()).state).toBe('completed');
    expect(podsOf(uid)).toHaveLength(2);
    await fixture.store.requestStop(uid, 'nobody needs it');
    const next = clusterRuntime({ cluster, namespace });
    const running = await next.submit(fixture.job('ticking', { image, params: { count: 1 } }), {
      store: fixture.store,
    });
    await running.wait();
    await next.close();
    expect(podsOf(uid)).toEqual([]);
    expect(await fixture.store.getRun(uid)).toMatchObject({
      state: 'aborted',
      reason: 'nobody needs it',
      error: { code: 'RUN_ABORTED' },
    });
  });
});
