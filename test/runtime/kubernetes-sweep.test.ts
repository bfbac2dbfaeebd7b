import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packageFunction } from '../../src/functions/package-function.ts';
import type { Job } from '../../src/runtime/job.ts';
import { createProcessRuntime } from '../../src/runtime/process/process-runtime.ts';
import type { RunningJob, RunOutcome, Runtime } from '../../src/runtime/runtime.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { runSweep } from '../../src/tuning/run-sweep.ts';
import type { SweepSpec } from '../../src/tuning/sweep.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { collect, createRuntimeFixture, type RuntimeFixture, until } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { clusterRuntime, pushHandlers } from '../support/cluster-runtime.ts';

// sweeps wait for pods more than they work
vi.setConfig({ testTimeout: 300_000, maxConcurrency: 4 });

const handlers = path.resolve(import.meta.dirname, 'sweep/handlers.mjs');

describeWith(['kubernetes'], 'a sweep on a cluster', () => {
  let cluster: TestCluster;
  let namespace = '';
  let image = '';
  let bundleDirectory = '';
  let fixture: RuntimeFixture;
  const here = createProcessRuntime();

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
  });
  afterAll(async () => {
    await here.close();
    await fixture?.remove();
    cluster?.deleteNamespace(namespace);
  });

  const shared = (): SharedSetup => ({ cluster, namespace, image, bundleDirectory, fixture, here });
  describe('whose trials share pods', { concurrent: true }, () => sweepSuite('pool', shared));
  describe('with a pod for each trial', { concurrent: true }, () => sweepSuite('fresh', shared));
});

/** What both ways of running trials are tried with. */
interface SharedSetup {
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly image: string;
  readonly bundleDirectory: string;
  readonly fixture: RuntimeFixture;
  /** Runs the same sweep on this machine. */
  readonly here: Runtime;
}

function sweepSuite(isolation: 'fresh' | 'pool', shared: () => SharedSetup): void {
  let cluster: TestCluster;
  let namespace: string;
  let image: string;
  let bundleDirectory: string;
  let fixture: RuntimeFixture;
  let here: Runtime;
  let runtime: Runtime;

  beforeAll(() => {
    ({ cluster, namespace, image, bundleDirectory, fixture, here } = shared());
    runtime = clusterRuntime({ cluster, namespace, isolation, options: { requests: { cpu: '100m' } } });
  });
  afterAll(() => runtime?.close());

  const start = (
    handler: string,
    spec: SweepSpec,
    change: Partial<Job> = {},
    where: Runtime = runtime,
  ): Promise<RunningJob> =>
    runSweep({
      spec,
      base: fixture.job(handler, { bundleDirectory, image, ...change }),
      runtime: where,
      store: fixture.store,
    });
  const both = async (
    handler: string,
    spec: SweepSpec,
    change: Partial<Job> = {},
  ): Promise<readonly [RunOutcome, RunOutcome]> => {
    const started = await Promise.all([here, runtime].map((where) => start(handler, spec, change, where)));
    const [local, remote] = await Promise.all(started.map((running) => running.wait()));
    return [local, remote] as [RunOutcome, RunOutcome];
  };

  it('gives the record that it gives here: numbers, params, results, best, artifacts', async () => {
    const spec = { hyperparams: { x: [1, 3, 2], y: [0, 1] }, selector: 'max.score', parallel: 3 };
    const [local, remote] = await both('score', spec);
    expect(remote.state).toBe('completed');
    expect(await comparable(remote.record)).toEqual(await comparable(local.record));
    expect(remote.record.bestIteration).toBe(2);
    expect(fixture.log(remote.record.iterations?.[0]?.uid ?? '')).toBe('scores 1\n');
  });

  it('completes with a bad trial that max-errors allows, and draws the same numbers from the same seed', async () => {
    const spec = { hyperparams: { x: [1, -2, 3] }, selector: 'score', maxErrors: 1, parallel: 2 };
    const [local, remote] = await both('score', spec);
    expect(remote).toMatchObject({ state: 'completed', record: { bestIteration: 3, failedIterations: 1 } });
    expect(await comparable(remote.record)).toEqual(await comparable(local.record));
    const drawn = await both(
      'drawn',
      { hyperparams: { x: [1, 2] }, selector: 'score', seed: 7 },
      { seed: 7 },
    );
    expect(await comparable(drawn[1].record)).toEqual(await comparable(drawn[0].record));
  });

  it('begins no further trial once too many have failed, or one is good enough', async () => {
    const failing = { hyperparams: { x: [1, -2, 3, 4] } };
    const [local, remote] = await both('score', failing);
    expect(remote).toMatchObject({ state: 'error', error: { code: 'SWEEP_FAILED' } });
    expect(remote.record.iterations).toHaveLength(2);
    expect(await comparable(remote.record)).toEqual(await comparable(local.record));
    const stopping = { hyperparams: { x: [1, 2, 3, 4, 5, 6] }, selector: 'score', stop: 'score >= 3' };
    const [localStop, remoteStop] = await both('score', stopping);
    expect(remoteStop.record.iterations).toHaveLength(3);
    expect(await comparable(remoteStop.record)).toEqual(await comparable(localStop.record));
    // what never began has left nothing
    const { runs } = await fixture.store.searchRuns({ parent: remoteStop.record.uid, all: true });
    expect(runs).toHaveLength(3);
  });

  it('leaves no index of its Job to begin once a trial is good enough, also where many might have failed', async () => {
    const stopping = { selector: 'score', stop: 'score >= 1', maxErrors: 5 };
    const hyperparams = { x: [1, 2, 3, 4, 5, 6] };
    const sweeps = await Promise.all(
      [1, 2].map((parallel) => start('score', { ...stopping, hyperparams, parallel })),
    );
    for (const [at, running] of sweeps.entries()) {
      const { state, record } = await running.wait();
      expect(state, record.error?.message).toBe('completed');
      expect(record.iterations?.length).toBeLessThanOrEqual(at + 1);
      const place = ['-n', namespace, '-l', `slipway.run=${running.uid}`];
      const complete = 'jsonpath={.items[*].status.conditions[?(@.type=="Complete")].status}';
      // looked at by turns: this process is the tracking server of all pods, and answers none while kubectl waits
      await until('its Job is complete', async () => {
        await delay(500);
        return cluster.kubectl(['get', 'job', ...place, '-o', complete]) === 'True';
      });
      const completions = ['get', 'job', ...place, '-o', 'jsonpath={.items[*].spec.completions}'];
      expect(Number(cluster.kubectl(completions))).toBeLessThanOrEqual(at + 1);
      const pods = cluster
        .kubectl(['get', 'pods', ...place, '-o', 'name'])
        .trim()
        .split('\n');
      expect(pods.length).toBeLessThanOrEqual(at + 1);
    }
  });

  it('makes further attempts of a trial that fails, numbered as here', async () => {
    const spec = { hyperparams: { x: [1, 2, 3] }, selector: 'score', parallel: 3 };
    const retry = { retries: 2, delayMs: 50 };
    const [local, remote] = await both('flaky', spec, { retry });
    expect(remote.record.iterations?.map(({ results }) => results.score)).toEqual([11, 23, 31]);
    expect(await comparable(remote.record)).toEqual(await comparable(local.record));
    const second = remote.record.iterations?.[1]?.uid ?? '';
    expect(fixture.log(second).replaceAll(/next in \d+ ms/g, 'next')).toBe(
      fixture.log(local.record.iterations?.[1]?.uid ?? '').replaceAll(/next in \d+ ms/g, 'next'),
    );
    expect((await fixture.store.getRun(second)).attempt).toBe(3);
  });

  it('says of a pod that ended without a word why it did, and goes on with the others', async () => {
    const spec = { hyperparams: { x: [1, 2, 3, 4, 5] }, selector: 'score', maxErrors: 3, parallel: 2 };
    const limits = { kubernetes: { requests: { cpu: '10m', memory: '128Mi' }, limits: { memory: '128Mi' } } };
    const { record } = await (await start('fatal', spec, limits)).wait();
    expect(record).toMatchObject({ state: 'completed', bestIteration: 5, failedIterations: 3 });
    expect(record.iterations?.map(({ state, error }) => error?.code ?? state)).toEqual([
      'completed',
      'RUN_KILLED',
      'RUN_EXITED',
      'RUN_OUT_OF_MEMORY',
      'completed',
    ]);
  });

  it('starts a pod over that ended without a word, while attempts are left', async () => {
    const spec = { hyperparams: { x: [2] }, selector: 'score' };
    const { record } = await (await start('fatalOnce', spec, { retry: { retries: 1 } })).wait();
    expect(record).toMatchObject({ state: 'completed', results: { score: 2, attempt: 2 } });
    const events = await collect(fixture.store.events(record.iterations?.[0]?.uid ?? ''));
    expect(events.find(({ kind }) => kind === 'attempt')).toMatchObject({
      attempt: 2,
      error: { code: 'RUN_KILLED' },
    });
  });

  it('fails trials whose image cannot be pulled, by the diagnosis of their pods', async () => {
    const missing = image.replace(/[0-9a-f]{8}$/, '00000000');
    const spec = { hyperparams: { x: [1, 2] }, maxErrors: 0 };
    const { state, record } = await (await start('score', spec, { image: missing })).wait();
    expect(state).toBe('error');
    expect(record.iterations).toMatchObject([{ state: 'error', error: { code: 'POD_IMAGE_UNAVAILABLE' } }]);
    await noneIsLeft(record.uid);
  });

  it('runs a search whose handler opens its own trials', async () => {
    const spec = { strategy: 'custom', selector: 'max.score' } as const;
    const [local, remote] = await both('search', spec, { params: { until: 4 } });
    expect(remote.record).toMatchObject({ state: 'completed', bestIteration: 3 });
    expect(await comparable(remote.record)).toEqual(await comparable(local.record));
  });

  it('brings secrets to every trial, and into no manifest', async () => {
    const running = await runSweep({
      spec: { hyperparams: { x: [1, 2] }, selector: 'score', parallel: 2 },
      base: fixture.job('secretive', { image, bundleDirectory, secretNames: ['TOKEN'] }),
      runtime,
      store: fixture.store,
      secrets: { TOKEN: 'hunter2-of-the-sweep' },
    });
    const { record } = await running.wait();
    expect(record.iterations?.map(({ results }) => results.token)).toEqual(['***', '***']);
    expect(JSON.stringify(cluster.kubectl(['get', 'jobs', '-n', namespace, '-o', 'json']))).not.toContain(
      'hunter2',
    );
  });

  it('ends all that is under way when it is stopped from elsewhere, and leaves nothing on the cluster', async () => {
    const running = await start('endless', { hyperparams: { x: [1, 2, 3, 4] }, parallel: 2 });
    await until('two trials run', async () => {
      const { runs } = await fixture.store.searchRuns({ parent: running.uid, all: true });
      return runs.filter(({ uid }) => fixture.log(uid).startsWith('begun')).length === 2;
    });
    await fixture.store.requestStop(running.uid, 'it is late');
    const { state, record } = await running.wait();
    expect(state).toBe('aborted');
    expect(record.iterations?.map((trial) => [trial.state, trial.error?.code])).toEqual([
      ['aborted', 'RUN_ABORTED'],
      ['aborted', 'RUN_ABORTED'],
    ]);
    await noneIsLeft(running.uid);
  });

  async function noneIsLeft(uid: string): Promise<void> {
    const found = cluster.kubectl([
      'get',
      'jobs,pods,secrets',
      '-n',
      namespace,
      '-l',
      `slipway.run=${uid}`,
      '-o',
      'name',
    ]);
    expect(found.trim()).toBe('');
  }

  /** A record without what is another each time, or is to be another on a cluster. */
  async function comparable(record: RunRecord): Promise<unknown> {
    const uids = new Map<string, string>([
      [record.uid, 'sweep'],
      ...(record.iterations ?? []).map(({ uid, iteration }) => [uid, `trial ${iteration}`] as const),
    ]);
    const named = (text: string): string =>
      [...uids].reduce((all, [uid, name]) => all.replaceAll(uid, name), text);
    const table = record.artifacts.find(({ key }) => key === 'trials')?.digest ?? '';
    const text = named(JSON.stringify(record, (key, value) => (volatile.has(key) ? undefined : value)));
    const rows = readFileSync(path.join(await fixture.store.artifactDirectory(table), 'trials.csv'), 'utf8');
    return { record: JSON.parse(text.replaceAll(table, 'the table')), rows: named(rows) };
  }
}

const volatile = new Set([
  'createdAt',
  'startedAt',
  'endedAt',
  'updatedAt',
  'runtime',
  'image',
  'cluster',
  'environment',
  'owner',
  'usage',
  'durationMs',
  'host',
]);
