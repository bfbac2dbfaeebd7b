import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { packageFunction } from '../../src/functions/package-function.ts';
import type { Job } from '../../src/runtime/job.ts';
import type { RunningJob, Runtime } from '../../src/runtime/runtime.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { runSweep } from '../../src/tuning/run-sweep.ts';
import type { SweepSpec } from '../../src/tuning/sweep.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { collect, createRuntimeFixture, type RuntimeFixture } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { clusterRuntime, pushHandlers } from '../support/cluster-runtime.ts';

vi.setConfig({ testTimeout: 480_000 });

const handlers = path.resolve(import.meta.dirname, 'sweep/handlers.mjs');

describeWith(['kubernetes'], 'trials that share a pod', () => {
  let cluster: TestCluster;
  let namespace = '';
  let image = '';
  let bundleDirectory = '';
  let fixture: RuntimeFixture;
  let runtime: Runtime;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    image = await pushHandlers(cluster, handlers);
    fixture = createRuntimeFixture();
    const source = 'handlers.mjs';
    copyFileSync(handlers, path.join(fixture.root, source));
    const names = Object.keys((await import(handlers)) as object);
    const cacheDirectory = path.join(fixture.root, '.slipway/cache');
    const packaging = { source, handlers: names, name: 'contract', root: fixture.root, cacheDirectory };
    bundleDirectory = (await packageFunction(packaging)).bundle.directory;
    runtime = clusterRuntime({ cluster, namespace, options: { requests: { cpu: '200m' } } });
  });
  afterAll(async () => {
    await runtime?.close();
    await fixture?.remove();
    cluster?.deleteNamespace(namespace);
  });

  const start = (handler: string, spec: SweepSpec, change: Partial<Job> = {}): Promise<RunningJob> =>
    runSweep({
      spec,
      base: fixture.job(handler, { bundleDirectory, image, ...change }),
      runtime,
      store: fixture.store,
    });
  const run = async (handler: string, spec: SweepSpec, change: Partial<Job> = {}): Promise<RunRecord> =>
    (await (await start(handler, spec, change)).wait()).record;

  const pods = (uid: string, ...more: string[]): string[] =>
    cluster
      .kubectl(['get', 'pods', '-n', namespace, '-l', `slipway.run=${uid}`, '-o', 'name', ...more])
      .split('\n')
      .filter(Boolean);
  const trialAt = async (uid: string, x: number): Promise<RunRecord | undefined> => {
    const { runs } = await fixture.store.searchRuns({ parent: uid, all: true });
    return runs.find(({ params, metrics }) => params.x === x && metrics.begun === x);
  };
  const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
    await expect.poll(condition, { timeout: 300_000, interval: 100, message: what }).toBe(true);
  };

  it('share its process as well, and are shared out among as many pods as run at once', async () => {
    const spec = { hyperparams: { x: [1, 2, 3, 4, 5] }, selector: 'score', parallel: 2 };
    const { uid, iterations = [] } = await run('counting', spec);
    expect(iterations.map(({ results }) => results.call)).toEqual([1, 1, 2, 2, 3]);
    expect(pods(uid)).toHaveLength(2);
  });

  it('get a pod each where the function limits its memory', async () => {
    const spec = { hyperparams: { x: [1, 2, 3] }, selector: 'score' };
    const { uid, iterations = [] } = await run('counting', spec, { resources: { memory: 256 * 2 ** 20 } });
    expect(iterations.map(({ results }) => results.call)).toEqual([1, 1, 1]);
    expect(pods(uid)).toHaveLength(3);
  });

  it('fail one by one: the others of the pod go on', async () => {
    const spec = { hyperparams: { x: [1, 2, 3, 4, 5] }, selector: 'score', maxErrors: 3 };
    const limits = {
      kubernetes: { requests: { cpu: '200m', memory: '160Mi' }, limits: { memory: '160Mi' } },
    };
    const { uid, iterations = [], bestIteration } = await run('troubled', spec, limits);
    expect(iterations.map(({ state, error }) => error?.code ?? state)).toEqual([
      'completed',
      'USER_CODE_FAILED',
      'RUN_EXITED',
      'RUN_OUT_OF_MEMORY',
      'completed',
    ]);
    expect(bestIteration).toBe(5);
    expect(pods(uid)).toHaveLength(1);
  });

  it('are run again, from the one that it was at, when their pod is killed', async () => {
    const spec = { hyperparams: { x: [1, 2, 3] }, selector: 'score', maxErrors: 1 };
    const { uid, iterations = [] } = await run('killsAt', spec, { params: { at: 2 } });
    expect(iterations.map(({ state, error }) => error?.code ?? state)).toEqual([
      'completed',
      'RUN_KILLED',
      'completed',
    ]);
    expect(pods(uid)).toHaveLength(2);
    expect(iterations.map((trial) => fixture.log(trial.uid).replaceAll(/slipway:.*\n/g, ''))).toEqual([
      'begun 1\n',
      'begun 2\n',
      'begun 3\n',
    ]);
  });

  it.each(['evicted', 'deleted'])('are run again, and recorded once, when their pod is %s', async (how) => {
    const spec = { hyperparams: { x: [1, 2, 3] }, selector: 'score' };
    const running = await start('waitsOnce', spec, { params: { at: 2 }, graceMs: 20_000 });
    await until('the second trial runs', async () => (await trialAt(running.uid, 2)) !== undefined);
    const [pod = ''] = pods(running.uid);
    takeAway(pod.replace('pod/', ''), how);
    const { record } = await running.wait();
    expect(record).toMatchObject({ state: 'completed', bestIteration: 3 });
    expect(record.iterations?.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
    const [first, second] = record.iterations ?? [];
    const attempts = async (uid = ''): Promise<number> =>
      (await collect(fixture.store.events(uid))).filter(({ kind }) => kind === 'attempt').length;
    expect([await attempts(first?.uid), await attempts(second?.uid)]).toEqual([0, 1]);
    const { runs } = await fixture.store.searchRuns({ parent: record.uid, all: true });
    expect(runs).toHaveLength(3);
  });

  it('begin no more in any pod once one is good enough; those under way go on to their ends', async () => {
    const x = Array.from({ length: 16 }, (_, index) => index + 1);
    const spec = { hyperparams: { x }, selector: 'score', stop: 'score == 1', parallel: 2 };
    const { uid, iterations = [] } = await run('goodAt', spec, { params: { at: 1 } });
    expect(iterations.map(({ iteration, state }) => [iteration, state])).toEqual([
      [1, 'completed'],
      [2, 'completed'],
    ]);
    const { runs } = await fixture.store.searchRuns({ parent: uid, all: true });
    expect(runs).toHaveLength(2);
  });

  it('are ended in the middle of the group when the sweep is stopped', async () => {
    const running = await start('waitsAt', { hyperparams: { x: [1, 2, 3] } }, { params: { at: 2 } });
    await until('the second trial runs', async () => (await trialAt(running.uid, 2)) !== undefined);
    await fixture.store.requestStop(running.uid, 'it is late');
    const { state, record } = await running.wait();
    expect(state).toBe('aborted');
    expect(record.iterations?.map((trial) => trial.state)).toEqual(['completed', 'aborted']);
    expect(pods(running.uid)).toEqual([]);
  });

  it('are stopped one at a time, too: the next one begins', async () => {
    const spec = { hyperparams: { x: [1, 2, 3] }, selector: 'score', maxErrors: 1 };
    const running = await start('waitsAt', spec, { params: { at: 2 }, graceMs: 1000 });
    await until('the second trial runs', async () => (await trialAt(running.uid, 2)) !== undefined);
    await fixture.store.requestStop((await trialAt(running.uid, 2))?.uid ?? '', 'this one alone');
    const { record } = await running.wait();
    expect(record.iterations?.map(({ state }) => state)).toEqual(['completed', 'aborted', 'completed']);
  });

  function takeAway(pod: string, how: string): void {
    if (how === 'deleted') {
      cluster.kubectl(['delete', 'pod', pod, '-n', namespace, '--wait=false']);
      return;
    }
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
    cluster.kubectl(
      ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', '-'],
      JSON.stringify(eviction),
    );
  }
});
