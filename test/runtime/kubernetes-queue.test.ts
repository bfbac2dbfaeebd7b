import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { queueLabel } from '../../src/runtime/kubernetes/manifest/object-name.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { collect, createRuntimeFixture, type RuntimeFixture, until } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { clusterRuntime, podHandlers, pushHandlers } from '../support/cluster-runtime.ts';

vi.setConfig({ testTimeout: 300_000 });

describeWith(['kubernetes'], 'a run whose Job a queue holds', () => {
  let cluster: TestCluster;
  let namespace: string;
  let image: string;
  let fixture: RuntimeFixture;
  let runtime: Runtime;
  const progress: string[] = [];

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    image = await pushHandlers(cluster, podHandlers);
    fixture = createRuntimeFixture();
    runtime = clusterRuntime({ cluster, namespace, onProgress: (line) => progress.push(line) });
  });
  afterAll(async () => {
    await runtime?.close();
    await fixture?.remove();
    cluster?.deleteNamespace(namespace);
  });

  /** As the queue does it. */
  const suspend = (uid: string, held: boolean): string =>
    cluster.kubectl([
      ...['patch', 'job', '-n', namespace, jobOf(uid), '--type', 'merge'],
      ...['-p', JSON.stringify({ spec: { suspend: held } })],
    ]);
  const jobOf = (uid: string): string =>
    cluster
      .kubectl(['get', 'jobs', '-n', namespace, '-l', `slipway.run=${uid}`, '-o', 'name'])
      .trim()
      .replace('job.batch/', '');

  it('says whom it waits for, begins when it may, and starts over when the queue takes its place away', async () => {
    // of a first try
    progress.length = 0;
    const count = 100;
    const kubernetes = { labels: { [queueLabel]: 'nightly' } };
    const job = fixture.job('ticking', { image, params: { count }, kubernetes });
    const running = await runtime.submit(job, { store: fixture.store });
    onTestFinished(() => running.abort('the test is over'));
    await until('it says that it waits', () =>
      progress.some((line) => line.includes('is suspended until the queue "nightly" lets it begin')),
    );
    suspend(running.uid, false);
    for await (const event of running.events()) if (event.kind === 'metric') break;
    suspend(running.uid, true);
    const pods = ['get', 'pods', '-n', namespace, '-l', `slipway.run=${running.uid}`, '-o', 'name'];
    await until('its pod is gone', () => cluster.kubectl(pods).trim() === '');
    suspend(running.uid, false);
    const { state, record } = await running.wait();
    expect(record.error).toBeUndefined();
    expect([state, record.attempt, record.results]).toEqual(['completed', 1, { count }]);
    const again = (await collect(running.events())).filter(({ kind }) => kind === 'attempt');
    expect(again.at(-1)).toMatchObject({ attempt: 1, error: { code: 'POD_TERMINATED' } });
  });

  it('is aborted while it waits, and leaves nothing', async () => {
    const kubernetes = { labels: { [queueLabel]: 'nightly' } };
    const running = await runtime.submit(fixture.job('ticking', { image, kubernetes }), {
      store: fixture.store,
    });
    onTestFinished(() => running.abort('the test is over'));
    await until('its Job is there', () => jobOf(running.uid) !== '');
    await running.abort('no need');
    expect(await running.wait()).toMatchObject({ state: 'aborted', record: { reason: 'no need' } });
    expect(jobOf(running.uid)).toBe('');
  });
});
