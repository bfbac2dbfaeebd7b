import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Method } from '../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import { createFolder, type Folder, type Json, until } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { startTrackingServer, type TrackingServer } from '../../support/start-tracking-server.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';
import { type HoldingProxy, startHoldingProxy } from './support/holding-proxy.ts';

const steps = `import type { Context, PipelineStatus } from 'slipway';
export function one(ctx: Context) { return { n: ctx.secret('SALT').length }; }
export function two(_ctx: Context, { n }: { n: number }) { return { n: n * 10 }; }
export function goodbye(_ctx: Context, { status }: { status: PipelineStatus }) { return { told: status.state }; }
`;
const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const [one, two, goodbye] = await Promise.all(
  ['one', 'two', 'goodbye'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', (p) => {
  const last = two({ n: one.with({ secrets: ['SALT'] })({}).n });
  p.onExit((status: any) => goodbye({ status }));
  return { n: last.n };
});
`;
const patienceMs = 240_000;
const ids = ['one', 'two', 'goodbye'];

describeWith(['argo'], 'a pipeline that is submitted to Argo Workflows', () => {
  let place: ArgoNamespace;
  let home: string;
  let server: TrackingServer;
  let proxy: HoldingProxy;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    place = await openArgoNamespace();
    home = mkdtempSync(path.join(tmpdir(), 'slipway-submit-'));
    server = await startTrackingServer(home, { args: ['--host', '0.0.0.0'] });
    proxy = await startHoldingProxy(place.env.KUBECONFIG ?? '', path.join(home, 'kubeconfig'));
    env = { KUBECONFIG: proxy.kubeconfig, SALT: 'pepper' };
  });

  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
    place?.close();
    rmSync(home, { recursive: true, force: true });
  });

  const project = (): Folder => {
    const { port } = new URL(server.address.url);
    const pods = place.cluster.local?.hostAddress ?? '127.0.0.1';
    const folder = createFolder({
      'project.yaml': `name: demo
image: { name: "${place.cluster.registry}/slipway-test/argo-submit/{function}" }
kubernetes: { namespace: ${place.namespace}, requests: { cpu: 20m, memory: 128Mi } }
tracking: { url: "http://127.0.0.1:${port}", podUrl: "http://${pods}:${port}", tokenFile: token }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      'steps.ts': steps,
      'main.pipeline.ts': pipeline,
    });
    writeFileSync(path.join(folder.path, 'token'), server.address.token ?? '');
    return folder;
  };

  const run = ['pipeline', 'run', 'main', '--engine', 'argo', '--quiet'];
  const pipelineRuns = async (folder: Folder): Promise<Json[]> =>
    (await folder.json(['get', 'runs', '--filter', "kind = 'pipeline'"], env)).data;
  const recordOf = async (folder: Folder, uid: string): Promise<Json> =>
    (await folder.json(['get', 'run', uid], env)).data;
  const ownOf = (kind: string, uid: string): Json[] =>
    place.items(kind).filter(({ metadata }) => metadata.labels?.['slipway.run'] === uid);
  const statesOf = (document: Json): string[] =>
    ids.map((id) => document.steps.find((step: Json) => step.id === id)?.state);
  const left = (uid: string): string[] =>
    ['workflows.argoproj.io', 'configmaps', 'secrets', 'pods'].flatMap((kind) =>
      ownOf(kind, uid).map(({ metadata }) => `${kind}/${metadata.name}`),
    );
  const untilNothingIsLeft = (uid: string): Promise<string[]> =>
    until(
      async () => left(uid),
      (found) => found.length === 0,
      patienceMs,
    );

  /** Starts it and kills who submits it at this request; gives the uid of its run. */
  async function killAt(
    folder: Folder,
    what: string,
    fault: 'hold-answer' | 'swallow' = 'hold-answer',
  ): Promise<string> {
    const known = new Set((await pipelineRuns(folder)).map(({ uid }) => uid));
    const met = proxy.fault(what, fault);
    const started = folder.start(run, env);
    await Promise.race([met, started.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
    started.child.kill('SIGKILL');
    await started.ended;
    const [found] = (await pipelineRuns(folder)).filter(({ uid }) => !known.has(uid));
    return found.uid;
  }

  /** It is there, held back, and no pod of it. */
  function expectHeld(uid: string): void {
    const [workflow, ...more] = ownOf('workflows.argoproj.io', uid);
    expect(more).toEqual([]);
    expect(workflow.spec.suspend).toBe(true);
    expect(workflow.metadata.annotations).toHaveProperty('slipway.run/undelivered');
    expect(ownOf('pods', uid)).toEqual([]);
  }

  it('runs with rights that show no Secret to who submits it, whose own go with the workflow', async () => {
    const folder = project();
    // with the uid of its run it is longer than a workflow may be called
    const long = 'numbers-that-are-salted-and-multiplied-by-ten-and-then-told';
    folder.write('main.pipeline.ts', pipeline.replace("pipeline('main'", `pipeline('${long}'`));
    const { code, data, stderr } = await folder.json(run, env);
    expect(code, stderr).toBe(0);
    expect(data).toMatchObject({ state: 'completed', outputs: { n: 60 } });
    expect(statesOf(data)).toEqual(Array(3).fill('completed'));
    const [workflow] = ownOf('workflows.argoproj.io', data.uid);
    expect(workflow.metadata.name).toBe(`numbers-that-are-salted-and-multipli-${data.uid}`);
    expect(workflow.spec).not.toHaveProperty('suspend');
    expect(workflow.metadata.annotations).not.toHaveProperty('slipway.run/undelivered');
    const brought = [...ownOf('secrets', data.uid), ...ownOf('configmaps', data.uid)];
    expect(brought.map(({ metadata }) => metadata.ownerReferences)).toEqual(
      Array(2).fill([expect.objectContaining({ kind: 'Workflow', uid: workflow.metadata.uid })]),
    );

    const client = await connectCluster({ kubeconfig: proxy.kubeconfig });
    const core = `/api/v1/namespaces/${place.namespace}`;
    const { name } = workflow.metadata;
    for (const [method, address] of [
      ['GET', `${core}/secrets/${name}`],
      ['PATCH', `${core}/secrets/${name}`],
      ['DELETE', `${core}/secrets/${name}`],
      ['GET', `${core}/configmaps/${name}`],
      ['PATCH', `${core}/configmaps/${name}`],
      ['DELETE', `${core}/configmaps/${name}`],
    ] as [Method, string][]) {
      const more = method === 'PATCH' ? { body: {}, contentType: 'application/merge-patch+json' } : {};
      const asked = client.request(method, address, more);
      await expect(asked, `${method} ${address}`).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' });
    }
    await client.request(
      'DELETE',
      `/apis/argoproj.io/v1alpha1/namespaces/${place.namespace}/workflows/${name}`,
    );
    await untilNothingIsLeft(data.uid);
  }, 600_000);

  it('has a record and no pod where its submitter was killed before it knew of the workflow, and is stopped', async () => {
    const folder = project();
    const uid = await killAt(folder, 'POST workflows');
    expectHeld(uid);
    expect((await recordOf(folder, uid)).state).toBe('lost');
    const [{ metadata }] = ownOf('workflows.argoproj.io', uid);
    const store = openLocalStore({ directory: server.storeDirectory, project: 'demo' });
    onTestFinished(() => store.close());
    const { cluster } = await store.getRun(uid);
    expect(cluster).toMatchObject({ namespace: place.namespace, workflow: metadata.name });
    const stopped = await folder.slipway(['stop', uid, '--reason', 'not needed'], env);
    expect([stopped.code, stopped.stdout], stopped.stderr).toEqual([0, `${uid} aborted\n`]);
    const record = await recordOf(folder, uid);
    expect(record).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
    expect(record.error.message).toContain('not needed');
    expect(statesOf(record)).toEqual(Array(3).fill('skipped'));
    await untilNothingIsLeft(uid);
  }, 600_000);

  it('is submitted anew by a resume where its submitter was killed before all was delivered', async () => {
    const folder = project();
    const uid = await killAt(folder, 'POST secrets');
    expectHeld(uid);
    expect(ownOf('secrets', uid)).toHaveLength(1);
    const { code, data, stderr } = await folder.json(['pipeline', 'resume', uid, '--quiet'], env);
    expect(code, stderr).toBe(0);
    expect(data).toMatchObject({ state: 'completed', outputs: { n: 60 } });
    expect(data.uid).not.toBe(uid);
    await untilNothingIsLeft(uid);
  }, 600_000);

  it('is found not to be there where the request never came to the cluster', async () => {
    const folder = project();
    const uid = await killAt(folder, 'POST workflows', 'swallow');
    expect(left(uid)).toEqual([]);
    expect((await recordOf(folder, uid)).state).toBe('lost');
    const { code, data, stderr } = await folder.json(['pipeline', 'resume', uid, '--quiet'], env);
    expect(code, stderr).toBe(0);
    expect(data).toMatchObject({ state: 'completed', outputs: { n: 60 } });
    expect((await folder.slipway(['stop', uid], env)).code).toBe(0);
    expect((await recordOf(folder, uid)).state).toBe('aborted');
  }, 600_000);

  it('is taken away again, with its record ended, where the cluster refuses what its pods need', async () => {
    const folder = project();
    const met = proxy.fault('POST secrets', 'refuse');
    const { code, data } = await folder.json(run, env);
    await met;
    expect([code, data.error.code]).toEqual([4, 'KUBERNETES_REFUSED']);
    const [{ uid }] = await pipelineRuns(folder);
    await untilNothingIsLeft(uid);
    const record = await recordOf(folder, uid);
    expect(record).toMatchObject({ state: 'error', error: { code: 'KUBERNETES_REFUSED' } });
    expect(statesOf(record)).toEqual(Array(3).fill('skipped'));
  }, 600_000);
});
