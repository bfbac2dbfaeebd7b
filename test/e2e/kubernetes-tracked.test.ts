import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { describeWith } from '../setup/components.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';
import { createFolder, type Folder, type Json, until } from './slipway.ts';

const source = `
import type { Context, DataItem } from 'slipway';
export async function train(ctx: Context, { data, seconds = 0 }: { data: DataItem; seconds?: number }) {
  console.log('training on ' + (await data.text()).trim());
  for (let tick = 0; tick < seconds * 10; tick++) {
    ctx.logMetric('tick', tick, { step: tick });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await ctx.logArtifact('model', 'weights');
  return { done: true };
}
`;

describeWith(['kubernetes'], 'runs on a cluster in a project with a tracking server', () => {
  let cluster: TestCluster;
  let namespace: string;
  let home: string;
  let server: TrackingServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    env = { KUBECONFIG: cluster.kubeconfig };
    home = mkdtempSync(path.join(tmpdir(), 'slipway-tracked-cluster-'));
    const host = cluster.local?.hostAddress ?? '0.0.0.0';
    server = await startTrackingServer(home, { args: ['--host', host] });
  });
  afterAll(async () => {
    await server?.stop();
    cluster?.deleteNamespace(namespace);
    if (home) rmSync(home, { recursive: true, force: true });
  });

  const project = (): Folder => {
    const folder = createFolder({
      'project.yaml': [
        'name: demo',
        'runtime: kubernetes',
        `tracking: { url: '${server.address.url}', tokenFile: token }`,
        `image: { name: '${cluster.registry}/tracked/{function}' }`,
        `kubernetes: { namespace: ${namespace}, requests: { cpu: 50m, memory: 256Mi } }`,
        '',
      ].join('\n'),
      'train.ts': source,
      'data.txt': 'forty-two\n',
    });
    writeFileSync(path.join(folder.path, 'token'), server.address.token ?? '');
    return folder;
  };
  const run = ['run', 'train.ts', '-i', 'data=data.txt'];

  it('are brought to it by their pods; no other server is opened', async () => {
    const [here, there] = [project(), project()];
    const done = await here.json(run, env);
    expect(done.data, done.stderr).toMatchObject({
      state: 'completed',
      results: { done: true },
      artifacts: [{ key: 'model' }],
    });
    expect(done.stderr).not.toContain('tracking: pods report to');
    const { uid } = done.data;
    expect((await there.json(['describe', 'run', uid], env)).data).toMatchObject({
      state: 'completed',
      runtime: 'kubernetes',
      cluster: { namespace, pod: expect.stringMatching(`^train-${uid}-`) },
    });
    expect((await there.slipway(['logs', uid], env)).stdout).toBe('training on forty-two\n');
    expect((await there.json(['get', 'artifacts', '--run', uid], env)).data).toMatchObject([
      { key: 'model', digest: done.data.artifacts[0].digest },
    ]);
  }, 300_000);

  it('are finished by their pods when the command that started them was killed', async () => {
    const [here, there] = [project(), project()];
    const started = here.start([...run, '-p', 'seconds=15'], env);
    const seen = await until(
      async () => (await there.json(['ps'], env)).data as Json[],
      (runs) => runs.some(({ metrics }) => metrics.tick > 1),
      180_000,
    );
    const { uid } = seen.find(({ metrics }) => metrics.tick > 1);
    started.child.kill('SIGKILL');
    await started.ended;
    const record = await until(
      async () => (await there.json(['describe', 'run', uid], env)).data as Json,
      ({ state }) => state !== 'running',
      120_000,
    );
    expect(record).toMatchObject({
      state: 'completed',
      results: { done: true },
      metrics: { tick: 149 },
      artifacts: [{ key: 'model' }],
    });
    expect((await there.slipway(['logs', uid], env)).stdout).toBe('training on forty-two\n');
  }, 420_000);
});
