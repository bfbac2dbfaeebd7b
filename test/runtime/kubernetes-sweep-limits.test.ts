import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { packageFunction } from '../../src/functions/package-function.ts';
import { unpackTrials } from '../../src/runtime/agent/trial-table.ts';
import type { RunningJob } from '../../src/runtime/runtime.ts';
import type { IterationRecord } from '../../src/tracking/run.ts';
import { runSweep } from '../../src/tuning/run-sweep.ts';
import type { SweepSpec } from '../../src/tuning/sweep.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { createRuntimeFixture, type RuntimeFixture } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { onBusyMachines } from '../setup/on-busy-machines.ts';
import { clusterRuntime, pushHandlers } from '../support/cluster-runtime.ts';

vi.setConfig({ testTimeout: 480_000 });

const handlers = path.resolve(import.meta.dirname, 'sweep/handlers.mjs');

describeWith(['kubernetes'], 'a sweep whose pods the cluster does not let be', () => {
  let cluster: TestCluster;
  let image = '';
  let bundleDirectory = '';
  let fixture: RuntimeFixture;
  const undo: (() => unknown)[] = [];

  beforeAll(async () => {
    cluster = await testCluster();
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
    for (const step of undo.reverse()) await step();
    await fixture?.remove();
  });

  interface Place {
    readonly namespace: string;
    readonly said: { readonly line: string; readonly at: number }[];
    start(handler: string, spec: SweepSpec, onTrial?: (trial: IterationRecord) => void): Promise<RunningJob>;
  }
  /** A namespace of its own, with so many pods at once. */
  const place = (pods?: number, isolation: 'fresh' | 'pool' = 'fresh'): Place => {
    const namespace = cluster.createNamespace();
    const said: { line: string; at: number }[] = [];
    if (pods !== undefined) setQuota(namespace, pods);
    const onProgress = (line: string): void => void said.push({ line, at: Date.now() });
    const options = { requests: { cpu: '200m' } };
    const runtime = clusterRuntime({ cluster, namespace, isolation, options, onProgress });
    undo.push(
      () => cluster.deleteNamespace(namespace),
      () => runtime.close(),
    );
    return {
      namespace,
      said,
      start: (handler, spec, onTrial) =>
        runSweep({
          spec,
          base: fixture.job(handler, { bundleDirectory, image, graceMs: 20_000, params: { at: 2 } }),
          runtime,
          store: fixture.store,
          ...(onTrial ? { onTrial } : {}),
        }),
    };
  };
  const setQuota = (namespace: string, pods: number): void => {
    const metadata = { name: 'few-pods', namespace };
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard: { pods: String(pods) } },
    };
    cluster.kubectl(['apply', '-f', '-'], JSON.stringify(quota));
    const used = ['get', 'quota', 'few-pods', '-n', namespace, '-o', 'jsonpath={.status.hard.pods}'];
    const deadline = Date.now() + 30_000;
    while (cluster.kubectl(used).trim() !== String(pods))
      if (Date.now() > deadline) throw new Error('the quota does not come into force');
  };
  /** When the cluster first said that it refuses a pod; milliseconds, to the second. */
  const refusedAt = (namespace: string): number => {
    const { items } = JSON.parse(
      cluster.kubectl([
        'get',
        'events',
        '-n',
        namespace,
        '--field-selector',
        'reason=FailedCreate',
        '-o',
        'json',
      ]),
    ) as { items: { firstTimestamp: string }[] };
    return Math.min(...items.map(({ firstTimestamp }) => Date.parse(firstTimestamp)));
  };

  it(
    'says within five seconds what keeps it from as many as it may have, and goes on with those it has',
    onBusyMachines,
    async () => {
      const { namespace, said, start } = place(1);
      const running = await start('score', { hyperparams: { x: [1, 2, 3] }, selector: 'score', parallel: 2 });
      const { record } = await running.wait();
      expect(record).toMatchObject({ state: 'completed', bestIteration: 3 });
      const told = said.filter(({ line }) => line.includes('quota'));
      expect(told.map(({ line }) => line)).toEqual([
        expect.stringMatching(
          /^sweep "score" waits: Job "score-.*" gets no pod: the quota "few-pods".*request less, wait/,
        ),
      ]);
      // the cluster's times are cut to the second
      expect((told[0]?.at ?? Number.NaN) - refusedAt(namespace)).toBeLessThan(6000);
    },
  );

  it('fails at once where it gets none at all, by what the cluster said', onBusyMachines, async () => {
    const { namespace, start } = place(0);
    const running = await start('score', { hyperparams: { x: [1, 2] }, selector: 'score' });
    const { state, error } = await running.wait();
    // one that has had pods waits as long for the room of others
    expect(Date.now() - refusedAt(namespace)).toBeLessThan(10_000);
    expect(state).toBe('error');
    expect(error).toMatchObject({
      code: 'POD_REFUSED',
      message: expect.stringContaining('the quota "few-pods"'),
      hint: expect.stringContaining('have the quota raised'),
    });
  });

  it('is given up when it loses its pod and gets no other', async () => {
    const { namespace, said, start } = place(1);
    const running = await start('waitsAt', { hyperparams: { x: [1, 2] }, selector: 'score' });
    const begun = async (): Promise<boolean> => {
      const { runs } = await fixture.store.searchRuns({ parent: running.uid, all: true });
      return runs.some(({ metrics }) => metrics.begun === 2);
    };
    await expect.poll(begun, { timeout: 300_000, interval: 200 }).toBe(true);
    setQuota(namespace, 0);
    cluster.kubectl(['delete', 'pods', '-n', namespace, '-l', `slipway.run=${running.uid}`, '--wait=false']);
    const { state, error, record } = await running.wait();
    expect({ state, code: error?.code }).toEqual({ state: 'error', code: 'POD_REFUSED' });
    expect(said.some(({ line }) => line.includes('the quota "few-pods"'))).toBe(true);
    const { runs } = await fixture.store.searchRuns({ parent: record.uid, all: true });
    expect(runs.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
  });

  it('ends a trial that began in the moment of the cut, in a pod that nobody saw: aborted, and none of its', async () => {
    const { namespace, start } = place();
    const [unseen] = await new Promise<string[]>((resolve, reject) => {
      const found: string[] = [];
      const stopping = { hyperparams: { x: [1, 2, 3, 4] }, selector: 'score', stop: 'score >= 1' };
      const cut = (trial: IterationRecord): void => void found.push(begin(namespace, trial));
      start('score', stopping, cut)
        .then((running) => running.wait())
        .then(({ record }) => {
          expect(record).toMatchObject({ state: 'completed', bestIteration: 1 });
          expect(record.iterations).toHaveLength(1);
          resolve(found);
        })
        .catch(reject);
    });
    const record = await fixture.store.getRun(unseen ?? '');
    expect(record).toMatchObject({
      state: 'aborted',
      reason: 'the sweep was over before it began',
      error: { code: 'RUN_ABORTED' },
    });
  });

  /** Begins the third trial of the sweep of a trial, as its pod does. */
  function begin(namespace: string, { uid }: IterationRecord): string {
    const secrets = JSON.parse(cluster.kubectl(['get', 'secrets', '-n', namespace, '-o', 'json'])) as {
      items: { data: Record<string, string> }[];
    };
    const table = unpackTrials(Buffer.from(secrets.items[0]?.data['trials.json.gz'] ?? '', 'base64'));
    expect(table[0]?.uid).toBe(uid);
    const third = table[2];
    if (!third) throw new Error('the sweep has no third trial');
    const writer = fixture.store.createRun({
      uid: third.uid,
      name: 'score',
      project: 'contract',
      runKind: 'trial',
      iteration: third.iteration,
      parent: sweepOf(secrets.items[0]?.data['job.json'] ?? ''),
      params: third.params,
      inputs: {},
      labels: {},
      runtime: 'kubernetes',
    });
    writer.append({ kind: 'state', state: 'running' });
    writer.close();
    return third.uid;
  }
  function sweepOf(job: string): string {
    return (JSON.parse(Buffer.from(job, 'base64').toString()) as { uid: string }).uid;
  }
});
