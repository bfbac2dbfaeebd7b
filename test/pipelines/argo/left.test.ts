import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolder, type Folder, type Json, until } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { startTrackingServer, type TrackingServer } from '../../support/start-tracking-server.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';

const steps = `import type { Context, PipelineStatus } from 'slipway';
export function quick() { return { n: 1 }; }
export async function slow(ctx: Context, { n, ticks }: { n: number; ticks: number }) {
  for (let tick = 1; tick <= ticks && !ctx.signal.aborted; tick++) {
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
export default pipeline('main', (p, { ticks = 100 }: { ticks?: number }) => {
  const last = after({ n: slow({ n: quick({}).n, ticks }).n });
  p.onExit((status: any) => goodbye({ status }));
  return { n: last.n };
});
`;
const patienceMs = 240_000;

describeWith(['argo'], 'a pipeline on Argo Workflows that nobody follows any more', () => {
  let place: ArgoNamespace;
  let home: string;
  let server: TrackingServer;

  beforeAll(async () => {
    place = await openArgoNamespace();
    home = mkdtempSync(path.join(tmpdir(), 'slipway-left-'));
    server = await startTrackingServer(home, { args: ['--host', '0.0.0.0'] });
  });

  afterAll(async () => {
    await server?.stop();
    place?.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** A project on the tracking server, or one whose runs come to its own folder. */
  const project = (on: 'server' | 'folder'): Folder => {
    const { port } = new URL(server.address.url);
    const pods = place.cluster.local?.hostAddress ?? '127.0.0.1';
    const tracking = `tracking: { url: "http://127.0.0.1:${port}", podUrl: "http://${pods}:${port}", tokenFile: token }`;
    const folder = createFolder({
      'project.yaml': `name: demo
image: { name: "${place.cluster.registry}/slipway-test/argo-left/{function}" }
kubernetes: { namespace: ${place.namespace}, requests: { cpu: 20m, memory: 128Mi } }
${on === 'server' ? tracking : ''}
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      'steps.ts': steps,
      'main.pipeline.ts': pipeline,
    });
    writeFileSync(path.join(folder.path, 'token'), server.address.token ?? '');
    return folder;
  };

  const pipelineRuns = async (folder: Folder): Promise<Json[]> =>
    (await folder.json(['get', 'runs', '--filter', "kind = 'pipeline'"], place.env)).data;
  const stepRuns = async (folder: Folder, pipelineRun: string): Promise<Json[]> =>
    (await folder.json(['get', 'runs', '--all', '--filter', `parent = '${pipelineRun}'`], place.env)).data;

  /** uid of the latest pipeline run, once its slow step logs. */
  async function untilSlow(folder: Folder, known: readonly string[]): Promise<string> {
    const found = await until(
      async () => {
        const [run] = (await pipelineRuns(folder)).filter(({ uid }) => !known.includes(uid));
        const steps = run === undefined ? [] : await stepRuns(folder, run.uid);
        return steps.some(({ name, metrics }) => name === 'slow' && metrics.tick > 1) ? run : undefined;
      },
      (run) => run !== undefined,
      patienceMs,
    );
    return found.uid;
  }
  const stateOf = (document: Json, id: string): string =>
    document.steps.find((step: Json) => step.id === id)?.state;
  const workflowsOf = (run: string): Json[] =>
    place.items('workflows.argoproj.io').filter(({ metadata }) => metadata.labels['slipway.run'] === run);
  const runningPods = (run?: string): Json[] =>
    place
      .items('pods')
      .filter(({ metadata }) => run === undefined || metadata.labels['slipway.run'] === run)
      .filter(({ status }) => status.phase === 'Running' || status.phase === 'Pending');

  /** Starts the pipeline and kills who follows it once its second step runs; gives the uid of its run. */
  async function startAndKill(folder: Folder, ticks: number): Promise<string> {
    const args = ['pipeline', 'run', 'main', '--engine', 'argo', '-p', `ticks=${ticks}`, '--quiet'];
    const known = (await pipelineRuns(folder)).map(({ uid }) => uid);
    const started = folder.start(args, place.env);
    const uid = await untilSlow(folder, known);
    started.child.kill('SIGKILL');
    await started.ended;
    return uid;
  }

  it('is taken up where its workflow is by now, and runs once', async () => {
    const folder = project('server');
    const uid = await startAndKill(folder, 150);
    expect((await folder.json(['get', 'run', uid], place.env)).data.state).toBe('lost');
    const { code, data, stderr } = await folder.json(['pipeline', 'resume', uid, '--quiet'], place.env);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('is followed again');
    expect(data).toMatchObject({ uid, state: 'completed', outputs: { n: 20 } });
    expect(['quick', 'slow', 'after', 'goodbye'].map((id) => stateOf(data, id))).toEqual(
      Array(4).fill('completed'),
    );
    expect(workflowsOf(uid).map(({ status }) => status.phase)).toEqual(['Succeeded']);
    const names = (await stepRuns(folder, uid)).map(({ name, state }) => [name, state]);
    expect(names.sort()).toEqual([
      ['after', 'completed'],
      ['goodbye', 'completed'],
      ['quick', 'completed'],
      ['slow', 'completed'],
    ]);
  }, 600_000);

  it('is ended before it goes on elsewhere, where its pods have nobody to report to', async () => {
    const folder = project('folder');
    const uid = await startAndKill(folder, 6000);
    const resumed = folder.start(
      ['pipeline', 'resume', uid, '--quiet', '-o', 'json', '--on-failure', 'stop'],
      place.env,
    );
    const [next] = await until(
      async () => {
        if (resumed.child.exitCode !== null) throw new Error((await resumed.ended).stderr);
        return (await pipelineRuns(folder)).filter(({ labels }) => labels?.['resumed-from'] === uid);
      },
      (found) => found.length > 0,
      patienceMs,
    );
    const [old] = workflowsOf(uid);
    expect(old.status.phase).toBe('Failed');
    expect(runningPods(uid)).toEqual([]);
    const before = (await stepRuns(folder, uid)).map(({ name, state }) => [name, state]);
    expect(before.sort()).toEqual([
      ['quick', 'completed'],
      ['slow', 'aborted'],
    ]);
    resumed.child.kill('SIGINT');
    const { stdout, code } = await resumed.ended;
    expect(code).toBe(130);
    const document = JSON.parse(stdout) as Json;
    expect(document.uid).toBe(next.uid);
    expect(document.steps.find(({ id }: Json) => id === 'quick')).toMatchObject({ cached: true });
  }, 600_000);

  it('is stopped with its pods, tells its exit step, and is recorded to its end', async () => {
    const folder = project('server');
    const uid = await startAndKill(folder, 6000);
    const stopped = await folder.slipway(['stop', uid, '--reason', 'not needed'], place.env);
    expect([stopped.code, stopped.stdout], stopped.stderr).toEqual([0, `${uid} aborted\n`]);
    const { data } = await folder.json(['get', 'run', uid], place.env);
    expect(data).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
    expect(['quick', 'slow', 'after', 'goodbye'].map((id) => stateOf(data, id))).toEqual([
      'completed',
      'aborted',
      'skipped',
      'completed',
    ]);
    expect(data.steps.find(({ id }: Json) => id === 'goodbye').results).toEqual({ told: 'aborted' });
    expect(workflowsOf(uid).map(({ status }) => status.phase)).toEqual(['Failed']);
    expect(runningPods(uid)).toEqual([]);
  }, 600_000);

  it('is stopped where kubectl has created it, with pods that no node takes', async () => {
    // what kubectl creates has the same names whenever this is tried
    place.close();
    place = await openArgoNamespace(place.cluster);
    const folder = project('server');
    const stuck = `slow.as('stuck').with({ kubernetes: { nodeSelector: { there: 'is-none' } } })({ n: 1, ticks: 1 });`;
    folder.write('main.pipeline.ts', pipeline.replace('const last', `${stuck}\n  const last`));
    const compiled = await folder.slipway(['pipeline', 'compile', 'main', '-p', 'ticks=6000'], place.env);
    expect(compiled.code, compiled.stderr).toBe(0);
    const literal = `--from-literal=tracking-token=${server.address.token}`;
    const { kubectl } = place.cluster;
    kubectl(['create', 'secret', 'generic', 'main', '-n', place.namespace, literal]);
    const known = (await pipelineRuns(folder)).map((run) => run.uid);
    kubectl(['create', '-f', '-'], compiled.stdout);
    const uid = await untilSlow(folder, known);
    const stopped = await folder.slipway(['stop', uid, '--timeout', '2m'], place.env);
    expect([stopped.code, stopped.stdout], stopped.stderr).toEqual([0, `${uid} aborted\n`]);
    const { data } = await folder.json(['get', 'run', uid], place.env);
    expect(['quick', 'stuck', 'slow', 'after', 'goodbye'].map((id) => stateOf(data, id))).toEqual([
      'completed',
      'skipped',
      'aborted',
      'skipped',
      'completed',
    ]);
    expect(data.steps.find(({ id }: Json) => id === 'goodbye').results).toEqual({ told: 'aborted' });
    expect(runningPods()).toEqual([]);
  }, 600_000);
});
