import { describe, expect, it, onTestFinished } from 'vitest';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { ApiObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { createKubernetesRuntime } from '../../../src/runtime/kubernetes/kubernetes-runtime.ts';
import { runSweep } from '../../../src/tuning/run-sweep.ts';
import { createRuntimeFixture, until } from '../../contract/runtime-fixture.ts';
import { image } from './example-job.ts';
import { type SmallApi, startSmallApi } from './small-api.ts';

async function prepare() {
  const api = await startSmallApi();
  const fixture = createRuntimeFixture();
  onTestFinished(() => fixture.remove());
  const said: string[] = [];
  const runtime = createKubernetesRuntime({
    connect: () => connectCluster({ kubeconfig: api.kubeconfig }),
    onProgress: (line) => void said.push(line),
    openRoute: async () => ({ url: 'http://127.0.0.1:1', token: 'token', close: async () => undefined }),
  });
  onTestFinished(() => runtime.close());
  return { api, fixture, runtime, said };
}

/** What was sent to the API server before has come there when this is answered. */
async function roundTrip({ kubeconfig }: SmallApi): Promise<void> {
  const client = await connectCluster({ kubeconfig });
  for (let times = 0; times < 3; times++) await client.request('GET', '/api/v1/namespaces/team/secrets');
}

describe('a run that is stopped while its Job is being created', () => {
  it.each(['jobs', 'secrets'])(
    'leaves nothing on the cluster, when the answer about its %s was waited for',
    async (kind) => {
      const { api, fixture, runtime } = await prepare();
      const creation = api.hold('POST', kind);
      const running = await runtime.submit(fixture.job('waits', { image }), { store: fixture.store });
      await creation.arrived;
      const aborted = running.abort('thought better of it');
      await roundTrip(api);
      creation.release();
      await aborted;
      expect(await running.wait()).toMatchObject({
        state: 'aborted',
        record: { reason: 'thought better of it' },
      });
      expect([api.names('jobs'), api.names('secrets')]).toEqual([[], []]);
    },
  );
});

describe('a run that is stopped before its submitter knows that its Job was let go', () => {
  it('says that the Job is left, where it may not be deleted', async () => {
    const { api, fixture, runtime, said } = await prepare();
    const letGo = api.hold('PATCH', 'jobs');
    const running = await runtime.submit(fixture.job('waits', { image }), { store: fixture.store });
    await letGo.arrived;
    api.refuse('DELETE', 'jobs', 403, 3);
    const aborted = running.abort('enough');
    await roundTrip(api);
    letGo.release();
    await aborted;
    expect((await running.wait()).state).toBe('aborted');
    expect(api.names('jobs')).toHaveLength(1);
    expect(said.filter((line) => line.includes('could not be deleted'))).toHaveLength(1);
  });
});

describe('a Job whose Secret is refused', () => {
  it('does not stay behind, be it of a sweep or of a run', async () => {
    const { api, fixture, runtime } = await prepare();
    api.refuse('POST', 'secrets', 403);
    const base = fixture.job('score', { image });
    const { store } = fixture;
    const sweep = await runSweep({ spec: { hyperparams: { x: [1, 2] } }, base, runtime, store });
    const run = await runtime.submit(fixture.job('score', { image }), { store });
    for (const running of [sweep, run])
      expect(await running.wait()).toMatchObject({ state: 'error', error: { code: 'KUBERNETES_REFUSED' } });
    expect(api.names('jobs')).toEqual([]);
  });
});

describe('a run that waits for a pod', () => {
  it.each([
    ['has its Job deleted at the second try where the first was refused', 1],
    ['ends when it is aborted by who may not delete Jobs, and says that its own is left', 3],
  ])('%s', async (_, times) => {
    const { api, fixture, runtime, said } = await prepare();
    const running = await runtime.submit(fixture.job('waits', { image }), { store: fixture.store });
    await until('the Job is let go', () => api.all('jobs').some((job) => !isHeld(job)));
    api.refuse('DELETE', 'jobs', 403, times);
    await running.abort('enough');
    expect((await running.wait()).state).toBe('aborted');
    expect(api.names('jobs')).toHaveLength(times === 1 ? 0 : 1);
    expect(said.filter((line) => line.includes('could not be deleted'))).toHaveLength(times === 1 ? 0 : 1);
  });
});

const isHeld = (job: ApiObject): boolean => (job as { spec?: { suspend?: boolean } }).spec?.suspend === true;
