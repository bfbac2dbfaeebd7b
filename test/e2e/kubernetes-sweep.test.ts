import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { unpackTrials } from '../../src/runtime/agent/trial-table.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { describeWith } from '../setup/components.ts';
import { startTrackingServer } from '../support/start-tracking-server.ts';
import { createFolder, type Folder, type Json, until } from './slipway.ts';

const source = `
import type { Context } from 'slipway';
export async function climb(ctx: Context, { x, seconds = 0 }: { x: number; seconds?: number }) {
  for (let tick = 0; tick < seconds * 10; tick++) {
    ctx.logMetric('tick', tick, { step: tick });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (x === 13) throw new Error('x is 13');
  return { height: 10 - (x - 3) ** 2 };
}
`;

describeWith(['kubernetes'], 'slipway run --runtime kubernetes with hyper-parameters', () => {
  let cluster: TestCluster;
  let namespace: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    env = { KUBECONFIG: cluster.kubeconfig };
  });
  afterAll(() => cluster?.deleteNamespace(namespace));

  const project = (finished?: (remove: () => void) => void): Folder =>
    createFolder(
      {
        'project.yaml': [
          'name: demo',
          'runtime: kubernetes',
          `image: { name: '${cluster.registry}/e2e/{function}' }`,
          `kubernetes: { namespace: ${namespace}, requests: { cpu: 100m, memory: 256Mi } }`,
          '',
        ].join('\n'),
        'climb.ts': source,
      },
      finished,
    );
  const sweep = ['run', 'climb.ts', '--selector', 'max.height'];
  const jobs = (uid: string): Json[] =>
    JSON.parse(cluster.kubectl(['get', 'jobs', '-n', namespace, '-l', `slipway.run=${uid}`, '-o', 'json']))
      .items;

  it('prints with --dry-run the one Job of all trials, and the API server takes it', async () => {
    const folder = project();
    const asked = [
      ...sweep,
      '--hyperparam',
      'x=[1, 2, 3]',
      '--parallel',
      '2',
      '--max-errors',
      '1',
      '--retries',
      '2',
    ];
    const printed = await folder.slipway([...asked, '--dry-run'], env);
    expect(printed.code, printed.stderr).toBe(0);
    const [secret, job] = parseAllDocuments(printed.stdout).map((document) => document.toJS());
    expect(job.spec).toMatchObject({
      completionMode: 'Indexed',
      completions: 2,
      parallelism: 2,
      // two trials, each with three attempts, may end their pod
      backoffLimitPerIndex: 5,
      maxFailedIndexes: 1,
    });
    const isolated = await folder.slipway([...asked, '--isolation', 'fresh', '--dry-run'], env);
    expect(parseAllDocuments(isolated.stdout)[1]?.toJS().spec).toMatchObject({
      completions: 3,
      backoffLimitPerIndex: 2,
    });
    const table = unpackTrials(Buffer.from(secret.data['trials.json.gz'], 'base64'));
    expect(table.map(({ iteration, params }) => [iteration, params])).toEqual([
      [1, { x: 1, seconds: 0 }],
      [2, { x: 2, seconds: 0 }],
      [3, { x: 3, seconds: 0 }],
    ]);
    const answer = cluster.kubectl(['apply', '--dry-run=server', '-o', 'name', '-f', '-'], printed.stdout);
    expect(answer).toContain(`job.batch/${job.metadata.name}`);
  });

  it.concurrent('is stopped from another shell, trials and all, when the command that started it was killed', async ({
    onTestFinished,
  }) => {
    const folder = project(onTestFinished);
    const asked = [...sweep, '--hyperparam', 'x=[1, 2, 3, 4]', '--parallel', '2', '-p', 'seconds=300'];
    const started = folder.start(asked, env);
    const trials = async (): Promise<Json[]> =>
      (await folder.json(['get', 'runs', '--all', '--filter', "kind = 'trial'"], env)).data;
    await until(trials, (all) => all.filter(({ metrics }) => metrics.tick > 1).length === 2, 120_000);
    const [{ uid }] = (await folder.json(['ps'], env)).data;
    started.child.kill('SIGKILL');
    await started.ended;
    expect(jobs(uid)).toHaveLength(1);
    const stopped = await folder.json(['stop', uid], env);
    expect(stopped.data, stopped.stderr).toMatchObject([{ uid, state: 'aborted' }]);
    expect(jobs(uid)).toEqual([]);
    const ended = await trials();
    expect(
      ended.map(({ state }) => state),
      JSON.stringify(ended),
    ).toEqual(['aborted', 'aborted']);
  }, 300_000);

  it.concurrent('brings its trials to a tracking server, where one is named', async ({ onTestFinished }) => {
    const folder = project(onTestFinished);
    const home = mkdtempSync(path.join(tmpdir(), 'slipway-sweep-server-'));
    const host = cluster.local?.hostAddress ?? '0.0.0.0';
    const server = await startTrackingServer(home, { args: ['--host', host] });
    const { url, token = '' } = server.address;
    try {
      const there = { ...env, SLIPWAY_TRACKING_URL: url, SLIPWAY_TRACKING_TOKEN: token };
      const asked = [...sweep, '--hyperparam', 'x=[1, 13, 3, 4]', '--max-errors', '1', '--parallel', '2'];
      // long enough for both pods to be at work before one of them has found it
      const { data, stderr } = await folder.json(
        [...asked, '-p', 'seconds=5', '--stop', 'height >= 10'],
        there,
      );
      expect(data, stderr).toMatchObject({ state: 'completed', bestIteration: 3, results: { height: 10 } });
      expect(data.iterations[1]).toMatchObject({
        state: 'error',
        error: { message: 'Error: x is 13', line: 8 },
      });
      const listed = await folder.json(['get', 'runs', '--all', '--filter', "kind = 'trial'"], there);
      expect(listed.data).toHaveLength(data.iterations.length);
    } finally {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    }
  }, 300_000);
});
