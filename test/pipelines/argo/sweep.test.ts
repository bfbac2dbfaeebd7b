import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { renderInstall } from '../../../src/runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import type { RunRecord } from '../../../src/tracking/run.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { createFolder, type Folder, type Json } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';

const steps = `import type { Context } from 'slipway';
export async function prepare(_ctx: Context, {}: {}) { return { offset: 10 }; }
export async function train(ctx: Context, { rate, depth = 1, offset }: { rate: number; depth?: number; offset: number }) {
  if (rate === 3) throw new Error('rate 3 goes wrong');
  ctx.logMetric('loss', offset - rate * depth, { step: 1 });
  await ctx.logArtifact('weights', { json: { rate, depth } });
  return { accuracy: rate * depth + offset };
}
export async function use(_ctx: Context, { accuracy }: { accuracy: number }) { return { used: accuracy }; }
`;

const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const [prepare, train, use] = await Promise.all(
  ['prepare', 'train', 'use'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
const hyperparams = { rate: [1, 2, 3], depth: [1, 2] };
const best = train.sweep({ hyperparams, selector: 'max.accuracy', maxErrors: 2, parallel: 2 });
const strict = train.sweep({ hyperparams, selector: 'min.loss' });
const early = train.sweep({ strategy: 'list', hyperparams: { rate: [1, 2, 4, 5] }, selector: 'accuracy', stop: 'accuracy >= 12' });
export default pipeline('main', (_p, {}: {}) => {
  const { offset } = prepare({});
  const found = best.as('best')({ offset });
  strict.as('strict')({ offset });
  early.as('early')({ offset });
  return { used: use({ accuracy: found.accuracy }).used };
});
`;

describeWith(['argo'], 'a sweep that is a step on Argo Workflows', () => {
  let cluster: TestCluster;
  let namespace: string;

  beforeAll(async () => {
    cluster = await testCluster({ argo: true });
    namespace = cluster.createNamespace();
    cluster.kubectl(
      ['apply', '-f', '-'],
      renderYaml(renderInstall({ namespace, version: '0', argo: true, networkPolicy: false })),
    );
  });

  afterAll(() => cluster?.deleteNamespace(namespace));

  /** What sweeps and their trials left, without what differs from run to run. */
  const runOn = async (folder: Folder, engine: string): Promise<Json> => {
    const command = ['pipeline', 'run', 'main', '--quiet', '--on-failure', 'continue', '--engine', engine];
    const { data, code, stderr } = await folder.json(command, { KUBECONFIG: cluster.kubeconfig });
    expect(code, stderr).toBe(1);
    const store = openLocalStore({ directory: path.join(folder.path, '.slipway'), project: 'demo' });
    onTestFinished(() => store.close());
    const sweepOf = async (uid: string): Promise<Json> => {
      const record = await store.getRun(uid);
      const { runs } = await store.searchRuns({ parent: uid, all: true });
      const trials = [...runs].sort((a, b) => (a.iteration ?? 0) - (b.iteration ?? 0));
      expect(trials.map((trial) => trial.uid)).toEqual(record.iterations?.map((one) => one.uid));
      return { ...normalised(record), trials: trials.map(normalised) };
    };
    const sweeps = (data.steps as readonly Json[]).filter(({ function: name }) => name === 'train');
    const records = sweeps.map(async ({ id, runUid }) => [id, await sweepOf(runUid)]);
    return { outputs: data.outputs, sweeps: Object.fromEntries(await Promise.all(records)) };
  };

  it('runs its trials in its pod and leaves the records of a local one', async () => {
    const folder = createFolder({
      'project.yaml': `name: demo
image: { name: "${cluster.registry}/slipway-test/argo-sweep/{function}" }
kubernetes: { namespace: ${namespace}, requests: { cpu: 50m, memory: 128Mi } }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      'steps.ts': steps,
      'main.pipeline.ts': pipeline,
    });
    const argo = await runOn(folder, 'argo');
    expect(argo.outputs).toEqual({ used: 14 });
    expect(argo.sweeps.best).toMatchObject({
      state: 'completed',
      results: { accuracy: 14 },
      bestIteration: 5,
      failedIterations: 2,
    });
    expect(argo.sweeps.best.trials.map(({ state }: Json) => state)).toEqual([
      ...['completed', 'completed', 'error', 'completed', 'completed', 'error'],
    ]);
    expect(argo.sweeps.best.trials[4]).toMatchObject({ params: { rate: 2, depth: 2 }, metrics: { loss: 6 } });
    expect(argo.sweeps.strict).toMatchObject({ state: 'error', error: 'SWEEP_FAILED' });
    expect(argo.sweeps.early).toMatchObject({ state: 'completed', bestIteration: 2 });
    expect(argo.sweeps.early.trials).toHaveLength(2);
    expect(argo).toEqual(await runOn(folder, 'local'));
  }, 900_000);
});

function normalised({ state, params, results, metrics, artifacts, error, ...record }: RunRecord): Json {
  const { bestIteration, failedIterations, iteration, kind, iterations = [] } = record;
  return {
    ...{ state, kind, params, results, metrics, iteration, bestIteration, failedIterations },
    error: error?.code,
    artifacts: artifacts.map(({ key, digest }) => (key === 'weights' ? [key, digest] : [key])).sort(),
    iterations: iterations.map(({ uid: _uid, error: failed, ...one }) => ({ ...one, error: failed?.code })),
  };
}
