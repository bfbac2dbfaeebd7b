import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { describeWith } from '../setup/components.ts';
import { createFolder, type Folder, type Json, until } from './slipway.ts';
import { untilTicking } from './ticking-run.ts';

const source = `
import type { Context } from 'slipway';
export async function train(ctx: Context, { seconds = 0 }: { seconds?: number }) {
  for (let tick = 1; tick <= seconds * 10; tick++) {
    ctx.logMetric('tick', tick, { step: tick });
    console.log('tick ' + tick);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await ctx.logArtifact('model', 'weights', { name: 'model.txt' });
  return { ticks: seconds * 10 };
}
`;

// they wait for pods more than they work
vi.setConfig({ maxConcurrency: 3 });

describeWith(['kubernetes'], 'a run on a cluster whose command was killed', () => {
  let cluster: TestCluster;
  let namespace: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    env = { KUBECONFIG: cluster.kubeconfig };
  });
  afterAll(() => cluster?.deleteNamespace(namespace));

  const project = (finished: (remove: () => void) => void): Folder =>
    createFolder(
      {
        'project.yaml': [
          'name: demo',
          'runtime: kubernetes',
          `image: { name: '${cluster.registry}/e2e/{function}' }`,
          `kubernetes: { namespace: ${namespace}, requests: { cpu: 50m, memory: 256Mi } }`,
          '',
        ].join('\n'),
        'train.ts': source,
      },
      finished,
    );
  const jobs = (uid: string): Json[] =>
    JSON.parse(cluster.kubectl(['get', 'jobs', '-n', namespace, '-l', `slipway.run=${uid}`, '-o', 'json']))
      .items;
  const routes = (folder: Folder): Json[] => {
    const place = path.join(folder.path, '.slipway/routes');
    return readdirSync(place).map((name) => JSON.parse(readFileSync(path.join(place, name), 'utf8')));
  };

  /** Starts a run and kills its command, without a word, once its pod has logged something. */
  async function abandon(folder: Folder, seconds: number): Promise<string> {
    const started = folder.start(['run', 'train.ts', '-p', `seconds=${seconds}`], env);
    const uid = await untilTicking(folder, 'demo');
    started.child.kill('SIGKILL');
    await started.ended;
    return uid;
  }

  const expectWhole = async (folder: Folder, uid: string, ticks: number): Promise<void> => {
    const { data } = await folder.json(['get', 'run', uid], env);
    expect(data).toMatchObject({
      state: 'completed',
      results: { ticks },
      metrics: { tick: ticks },
      artifacts: [{ key: 'model' }],
    });
    const points = (await folder.json(['get', 'metrics', uid], env)).data as Json[];
    expect(points.map(({ value }) => value)).toEqual(points.map((_, index) => index + 1));
    const output = (await folder.slipway(['logs', uid], env)).stdout.trim().split('\n');
    expect(output.filter((line) => line.startsWith('tick'))).toEqual(
      points.map(({ value }) => `tick ${value}`),
    );
  };

  it.concurrent('goes on, and is followed to its end by the next command that looks', async ({
    onTestFinished,
  }) => {
    const folder = project(onTestFinished);
    // `ps` listens to it for a while first, and is to find it running still
    const uid = await abandon(folder, 45);
    expect(routes(folder)).toHaveLength(1);
    const file = path.join(
      folder.path,
      '.slipway/routes',
      readdirSync(path.join(folder.path, '.slipway/routes'))[0] ?? '',
    );
    expect(statSync(file).mode & 0o077).toBe(0);
    const seen = await folder.json(['ps'], env);
    expect(seen.data).toMatchObject([{ uid, state: 'running' }]);
    expect(seen.stderr).toContain(`slipway logs -f ${uid}`);
    const followed = await folder.slipway(['logs', '-f', uid], env);
    expect(followed.stdout.trim().split('\n').at(-1)).toBe('tick 450');
    expect(followed.stderr).toContain('was collected: completed');
    await expectWhole(folder, uid, 450);
    expect(routes(folder)).toEqual([]);
    // kept for as long as was asked for
    expect(jobs(uid)).toHaveLength(1);
  }, 300_000);

  it.concurrent('is collected with its results when it ended while nobody looked', async ({
    onTestFinished,
  }) => {
    const folder = project(onTestFinished);
    const uid = await abandon(folder, 6);
    const pod = ['get', 'pods', '-n', namespace, '-l', `slipway.run=${uid}`, '-o', 'name'];
    const [name = ''] = cluster.kubectl(pod).trim().split('\n');
    await until(
      async () => cluster.kubectl(['logs', '-n', namespace, name]),
      (log) => log.includes('tick 60'),
      60_000,
    );
    await until(
      () => folder.json(['get', 'run', uid], env),
      ({ data }) => data.state === 'completed',
      60_000,
    );
    await expectWhole(folder, uid, 60);
  }, 300_000);

  it.concurrent('is told where its server has moved when somebody else listens on its address', async ({
    onTestFinished,
  }) => {
    const folder = project(onTestFinished);
    const uid = await abandon(folder, 20);
    const [{ host, port }] = routes(folder);
    const other = createServer((socket) => socket.destroy()).listen(port, host);
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    await folder.slipway(['logs', '-f', uid], env);
    await expectWhole(folder, uid, 200);
    expect(routes(folder)).toEqual([]);
  }, 300_000);

  it.concurrent('is ended by slipway stop, in its own words', async ({ onTestFinished }) => {
    const folder = project(onTestFinished);
    const uid = await abandon(folder, 600);
    const stopped = await folder.json(['stop', uid, '--reason', 'enough'], env);
    expect(stopped.data, stopped.stderr).toMatchObject([{ uid, state: 'aborted', reason: 'enough' }]);
    expect(jobs(uid)).toEqual([]);
    const last = (await folder.json(['get', 'metrics', uid], env)).data as Json[];
    expect(last.map(({ value }) => value)).toEqual(last.map((_, index) => index + 1));
  }, 300_000);

  it.concurrent('is brought home by the next run of the project on the way', async ({ onTestFinished }) => {
    const folder = project(onTestFinished);
    const uid = await abandon(folder, 5);
    const next = await folder.json(['run', 'train.ts', '-p', 'seconds=15'], env);
    expect(next.data, next.stderr).toMatchObject({ state: 'completed' });
    await expectWhole(folder, uid, 50);
  }, 300_000);
});
