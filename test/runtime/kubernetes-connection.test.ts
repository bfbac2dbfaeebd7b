import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Job } from '../../src/runtime/job.ts';
import type { RunningJob, Runtime } from '../../src/runtime/runtime.ts';
import type { OpenRoute } from '../../src/runtime/tracking-route.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { collect, createRuntimeFixture, type RuntimeFixture, until } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { clusterRuntime, podHandlers, pushHandlers, routeToServer } from '../support/cluster-runtime.ts';
import { type CuttingLink, startCuttingLink } from '../support/cutting-link.ts';
import { startTrackingServer } from '../support/start-tracking-server.ts';

vi.setConfig({ testTimeout: 300_000 });

describeWith(['kubernetes'], 'a pod and its tracking server', () => {
  let cluster: TestCluster;
  let namespace: string;
  let image: string;
  let fixture: RuntimeFixture;
  let runtime: Runtime;
  let link: CuttingLink;
  let host: string;
  let closed: Runtime;
  let unreachable: RunningJob | undefined;

  /** The server of the tests, with a link before it that can be cut. */
  const openRoute: OpenRoute = async (target) => {
    const route = await routeToServer(cluster)(target);
    link = await startCuttingLink(host, new URL(route.url));
    return {
      ...route,
      url: `http://${host}:${link.port}`,
      async close() {
        await link.close();
        await route.close();
      },
    };
  };

  beforeAll(async () => {
    cluster = await testCluster();
    host = cluster.local?.hostAddress ?? '127.0.0.1';
    namespace = cluster.createNamespace();
    image = await pushHandlers(cluster, podHandlers);
    fixture = createRuntimeFixture();
    runtime = clusterRuntime({ cluster, namespace, openRoute });
    // it takes a minute until a pod gives up: meanwhile the other tests run
    const url = `http://${host}:1`;
    const openClosed: OpenRoute = async () => ({
      url,
      token: 'never-asked-for-it',
      close: async () => undefined,
    });
    closed = clusterRuntime({ cluster, namespace, openRoute: openClosed });
    unreachable = await submitUnreachable();
  });
  // it is the link of all of them: a test that failed while it was cut must not take the others along
  afterEach(() => link?.refuse(false));
  afterAll(async () => {
    await closed?.close();
    await runtime?.close();
    await fixture?.remove();
    cluster?.deleteNamespace(namespace);
  });

  const submitUnreachable = (): Promise<RunningJob> =>
    closed.submit(fixture.job('ticking', { image, params: { count: 1 } }), { store: fixture.store });
  async function submit(handler: string, change: Partial<Job> = {}): Promise<RunningJob> {
    const running = await runtime.submit(fixture.job(handler, { image, ...change }), {
      store: fixture.store,
    });
    onTestFinished(() => running.abort('the test is over'));
    return running;
  }
  const podLog = (uid: string): string => {
    try {
      return cluster.kubectl(['--namespace', namespace, 'logs', '-l', `slipway.run=${uid}`, '--tail=-1']);
    } catch (error) {
      // its run has begun, but the cluster may say so later
      if ((error as Error).message.includes('ContainerCreating')) return '';
      throw error;
    }
  };
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  /** Every metric and every line came, once and in order. */
  async function expectAll(running: RunningJob, count: number): Promise<void> {
    const { state, record } = await running.wait();
    expect(record.error).toBeUndefined();
    expect(state).toBe('completed');
    expect(record.artifacts.map(({ key }) => key)).toEqual(['notes']);
    const events = await collect(running.events());
    expect(events.map(({ seq }) => seq)).toEqual(numbers(events.length));
    expect(events.flatMap((event) => (event.kind === 'metric' ? [event.value] : []))).toEqual(numbers(count));
    expect(fixture.log(running.uid).trim().split('\n')).toEqual(numbers(count).map((i) => `line ${i}`));
  }

  it('lose nothing and double nothing over twenty cuts', async () => {
    const running = await submit('ticking', { params: { count: 300, ms: 20 } });
    let cuts = 0;
    for await (const event of running.events()) {
      if (event.kind !== 'metric' || cuts === 20) continue;
      link.cut();
      cuts++;
    }
    expect(cuts).toBe(20);
    await expectAll(running, 300);
  });

  it('catch up when the server was away, also when the run ends meanwhile', async () => {
    const running = await submit('ticking', { params: { count: 200, ms: 50 } });
    for await (const event of running.events()) if (event.kind === 'metric') break;
    link.refuse(true);
    await until('the pod says that it waits', () => podLog(running.uid).includes('the run goes on'));
    const known = (await fixture.store.getRun(running.uid)).metrics.i;
    expect(known).toBeLessThan(200);
    await until('the pod has said its last line', () => podLog(running.uid).includes('line 200\n'));
    expect((await fixture.store.getRun(running.uid)).metrics.i).toBe(known);
    link.refuse(false);
    await expectAll(running, 200);
  });

  it('say so in the end of the run when its grace is over before all of it has come', async () => {
    const running = await submit('ticking', { params: { count: 100_000, ms: 20 }, graceMs: 1000 });
    for await (const event of running.events()) if (event.kind === 'metric') break;
    link.refuse(true);
    await running.abort('enough');
    link.refuse(false);
    const { state, record } = await running.wait();
    expect([state, record.reason, record.error?.code]).toEqual(['aborted', 'enough', 'RUN_ABORTED']);
    expect(record.error?.message).toContain('not all that it had logged came to the tracking server');
    expect(record.error?.details).toMatchObject({ shipped: false });
  });

  it('hear of a request to stop while user code keeps its process busy', async () => {
    const running = await submit('busy', { params: { ms: 600_000 }, graceMs: 300 });
    for await (const event of running.events()) if (event.kind === 'metric') break;
    await fixture.store.requestStop(running.uid, 'no time for this');
    expect(await running.wait()).toMatchObject({
      state: 'aborted',
      record: { reason: 'no time for this' },
    });
  });

  describe('that share a store on a server with the submitter', () => {
    it('use it over several attempts', async () => {
      const { submitShared } = await shareStore();
      const retry = { retries: 1, delayMs: 10 };
      const running = await submitShared('flaky', { params: { failures: 1 }, retry });
      const live = collect(running.events());
      const printed = collect(running.logs());
      const { state, record } = await running.wait();
      expect(record.error).toBeUndefined();
      expect(state).toBe('completed');
      expect(record).toMatchObject({ attempt: 2, results: { attempt: 2 } });
      const events = await live;
      expect(events.map(({ seq }) => seq)).toEqual(numbers(events.length));
      const output = (await printed).map(({ text }) => text).join('');
      expect(output).toMatch(/^attempt 1 says so\nattempt 1 failed .*\nattempt 2 says so\n$/);
    });

    it('leave nothing on the cluster when they alone hear of the request to stop', async () => {
      const { submitShared, store } = await shareStore();
      const running = await submitShared('ticking', { params: { count: 100_000, ms: 20 } });
      for await (const event of running.events()) if (event.kind === 'metric') break;
      await store.requestStop(running.uid, 'seen enough');
      expect(await running.wait()).toMatchObject({ state: 'aborted', record: { reason: 'seen enough' } });
      const left = ['get', 'jobs,pods', '-n', namespace, '-l', `slipway.run=${running.uid}`, '-o', 'name'];
      expect(cluster.kubectl(left)).toBe('');
    });

    it('need not be there to hear of the request to stop a run that waits for one', async () => {
      const { submitShared, store } = await shareStore();
      const kubernetes = { requests: { cpu: '10m' }, nodeSelector: { nowhere: 'to-be-found' } };
      const running = await submitShared('ticking', { params: { count: 1 }, kubernetes });
      const mine = ['-n', namespace, '-l', `slipway.run=${running.uid}`, '-o', 'name'];
      await until('it has a pod', () => cluster.kubectl(['get', 'pods', ...mine]) !== '');
      await store.requestStop(running.uid, 'waited long enough');
      expect(await running.wait()).toMatchObject({
        state: 'aborted',
        record: { reason: 'waited long enough' },
      });
      expect(cluster.kubectl(['get', 'jobs,pods', ...mine])).toBe('');
    });

    async function shareStore() {
      // in a process of its own: the submitter waits for its answers without doing anything else
      const server = await startTrackingServer(path.join(fixture.root, 'served'), {
        args: ['--host', host],
      });
      onTestFinished(() => server.stop());
      const { url, token = '' } = server.address;
      const openRoute = async () => ({ url, token, close: async () => undefined });
      const shared = clusterRuntime({ cluster, namespace, openRoute });
      onTestFinished(() => shared.close());
      const storeDirectory = path.join(fixture.root, 'spool');
      const store = openHttpStore({
        server: { url, token },
        project: 'demo',
        spoolDirectory: storeDirectory,
      });
      onTestFinished(() => store.close());
      const submitShared = (handler: string, change: Partial<Job>) =>
        shared.submit(
          { ...fixture.job(handler, { image, project: 'demo', ...change }), storeDirectory },
          { store },
        );
      return { submitShared, store };
    }
  });

  it('say which address cannot be reached, when none ever can', async () => {
    const running = unreachable ?? (await submitUnreachable());
    // a second try submits one of its own
    unreachable = undefined;
    const { state, error, record } = await running.wait();
    expect(state).toBe('error');
    expect(error).toMatchObject({
      code: 'POD_NOT_CONNECTED',
      kind: 'unavailable',
      message: expect.stringContaining(`http://${host}:1`),
      hint: expect.stringContaining('--tracking-address'),
    });
    expect(record.results).toEqual({});
    expect(fixture.log(running.uid)).toContain('trying again');
  });
});
