import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { remindedKey } from '../../../src/pipelines/argo/follow/workflow-api.ts';
import { restartArgoController } from '../../cluster/argo.ts';
import { readClusterState } from '../../cluster/cluster-state.ts';
import { killComponent } from '../../cluster/component.ts';
import { restartApiServer } from '../../cluster/restart-api-server.ts';
import { localCluster } from '../../cluster/test-cluster.ts';
import { down, up } from '../../cluster/up.ts';
import { createFolder, type Folder, type Json, type Running, until } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';

const name = 'argo-trouble';
const patienceMs = 240_000;

const steps = (ticks: number): string => `import type { Context, PipelineStatus } from 'slipway';
export function quick() { return { n: 1 }; }
export async function slow(ctx: Context, { n }: { n: number }) {
  for (let tick = 1; tick <= ${ticks} && !ctx.signal.aborted; tick++) {
    ctx.logMetric('tick', tick, { step: tick });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (ctx.signal.aborted) throw new Error('it was told to stop');
  return { n: n + 1 };
}
export function after(_ctx: Context, { n }: { n: number }) { return { n: n * 10 }; }
export function goodbye(_ctx: Context, { status }: { status: PipelineStatus }) { return { told: status.state }; }
`;
const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const [quick, slow, after, goodbye] = await Promise.all(
  ['quick', 'slow', 'after', 'goodbye'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', (p) => {
  const last = after({ n: slow({ n: quick({}).n }).n });
  p.onExit((status: any) => goodbye({ status }));
  return { n: last.n };
});
`;

// its cluster is hurt, so it has one of its own
describeWith(['argo'], 'a pipeline on Argo Workflows, while its cluster is in trouble,', () => {
  let place: ArgoNamespace;

  beforeAll(async () => {
    place = await openArgoNamespace(localCluster(await up({ name, argo: true })));
  });

  afterAll(async () => {
    await down(name);
    // its namespace went with the cluster
    if (place?.env.KUBECONFIG !== undefined) rmSync(path.dirname(place.env.KUBECONFIG), { recursive: true });
  });

  const project = (ticks: number): Folder =>
    createFolder({
      'project.yaml': `name: demo
image: { name: "${place.cluster.registry}/slipway-test/argo-trouble/{function}" }
kubernetes: { namespace: ${place.namespace}, requests: { cpu: 20m, memory: 128Mi }, awaySeconds: ${ticks > 100 ? 15 : 120} }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      'steps.ts': steps(ticks),
      'main.pipeline.ts': pipeline,
    });
  const start = (folder: Folder): Running => {
    const running = folder.start(['pipeline', 'run', 'main', '--engine', 'argo', '-o', 'json'], place.env);
    onTestFinished(() => void running.child.kill('SIGKILL'));
    return running;
  };
  const stepRuns = async (folder: Folder): Promise<Json[]> =>
    (await folder.json(['get', 'runs', '--all', '--filter', "kind = 'step'"])).data;
  const untilSlow = (folder: Folder, holds: (slow: Json) => boolean): Promise<unknown> =>
    until(
      async () => (await stepRuns(folder)).find((run) => run.name === 'slow'),
      (slow) => slow !== undefined && holds(slow),
      patienceMs,
    );
  const statesOf = (document: Json): string[] =>
    ['quick', 'slow', 'after', 'goodbye'].map(
      (id) => document.steps.find((step: Json) => step.id === id)?.state,
    );

  /** Its right end, and each step's one run. */
  async function expectCompleted(folder: Folder, running: Running): Promise<string> {
    const { code, stdout, stderr } = await running.ended;
    expect(code, `${stderr}${stdout}`).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ state: 'completed', outputs: { n: 20 } });
    expect(statesOf(document)).toEqual(Array(4).fill('completed'));
    const names = (await stepRuns(folder)).map((run) => `${run.name} ${run.state}`);
    expect(names.sort()).toEqual(['after', 'goodbye', 'quick', 'slow'].map((id) => `${id} completed`));
    return stderr;
  }

  it('comes to its end when the controller was killed, and a step ended before it was back', async () => {
    const folder = project(20);
    const running = start(folder);
    await untilSlow(folder, ({ metrics }) => metrics.tick > 1);
    await restartArgoController(name, async () => {
      await untilSlow(folder, ({ state }) => state === 'completed');
    });
    await expectCompleted(folder, running);
  }, 600_000);

  it('reminds the controller of a workflow that it has not begun with, though it was let go', async () => {
    const folder = project(1);
    const started: Running[] = [];
    await restartArgoController(name, async () => {
      started.push(start(folder));
      await until(
        async () => place.items('workflows').map(({ metadata }) => metadata.annotations ?? {}),
        (all) => all.some((annotations) => annotations[remindedKey] !== undefined),
        patienceMs,
      );
    });
    for (const running of started) await expectCompleted(folder, running);
  }, 600_000);

  it('waits for an API server that is away, says so, and goes on', async () => {
    const folder = project(50);
    const running = start(folder);
    await untilSlow(folder, ({ metrics }) => metrics.tick > 1);
    await restartApiServer(name, () => running.sees('waiting for it (120 s at most)'));
    const said = await expectCompleted(folder, running);
    expect(said).toContain('answers again; going on');
  }, 600_000);

  it('fails when the cluster stays away, with every step in the record, and is resumed elsewhere', async () => {
    const folder = project(6000);
    const running = start(folder);
    await untilSlow(folder, ({ metrics }) => metrics.tick > 1);
    const server = readClusterState(name)?.components['kube-apiserver'];
    if (server === undefined) throw new Error('the cluster has no API server');
    // a second try needs it again
    onTestFinished(async () => void (await restartApiServer(name)));
    await killComponent(server);
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(1);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ state: 'error', error: { code: 'CLUSTER_LOST' } });
    expect(document.error.message).toContain('did not answer for 15 s');
    expect(statesOf(document)).toEqual(['completed', 'aborted', 'skipped', 'skipped']);
    expect((await folder.json(['get', 'run', document.uid])).data.state).toBe('error');

    const again = await folder.json(['pipeline', 'resume', document.uid, '--quiet'], place.env);
    expect(again.data.error).toMatchObject({
      code: 'RESUME_IMPOSSIBLE',
      hint: expect.stringContaining('--abandon'),
    });
    folder.write('steps.ts', steps(1));
    const elsewhere = ['pipeline', 'resume', document.uid, '--abandon', '--engine', 'local', '--quiet'];
    const { data, ...local } = await folder.json(elsewhere, place.env);
    expect(local.code, local.stderr).toBe(0);
    expect(data).toMatchObject({ state: 'completed', outputs: { n: 20 } });
    expect(data.steps.find(({ id }: Json) => id === 'quick').cached).toBe(true);
  }, 600_000);
});
