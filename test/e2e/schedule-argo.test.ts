import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { localRouteAddress } from '../../src/projects/tracking/local-route-address.ts';
import { connectCluster } from '../../src/runtime/kubernetes/api/connect-cluster.ts';
import { renderInstall } from '../../src/runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { startReceiver } from '../projects/notifications/receiver.ts';
import { describeWith } from '../setup/components.ts';
import { createFolder, type Folder, type Json, until } from './slipway.ts';

const patienceMs = 240_000;

const steps = `import type { Context } from 'slipway';
export async function work(_ctx: Context, { n = 1 }: { n?: number }) { return { doubled: n * 2 }; }
`;

const endless = `import type { Context } from 'slipway';
export async function work(ctx: Context, { n = 1 }: { n?: number }) {
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
  return { doubled: n * 2 };
}
`;

const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const work = (await codeToFunction({ filename: 'steps.ts', handler: 'work' })) as any;
export default pipeline('main', (_p, { n = 1 }: { n?: number }) => ({ doubled: work({ n }).doubled }));
`;

/** A tracking server that pods reach: its address, and the file of its token. */
async function startServer(host: string): Promise<{ readonly url: string; readonly tokenFile: string }> {
  const server = createFolder().start(['server', '--host', host, '--port', '0', '-o', 'json']);
  onTestFinished(() => void server.child.kill());
  let said = '';
  server.child.stdout.on('data', (text: string) => {
    said += text;
  });
  await server.sees('storeDirectory');
  return until(
    async () => said,
    (text) => text.trimEnd().endsWith('}'),
  ).then(JSON.parse);
}

describeWith(['argo'], 'a schedule that the cluster keeps', () => {
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

  // of a test that failed, and is tried again
  beforeEach(() => {
    cluster.kubectl(['delete', 'cronworkflows', '--all', '--namespace', namespace, '--cascade=foreground']);
  });
  afterAll(() => cluster?.deleteNamespace(namespace));

  const project = (more: string): Folder =>
    createFolder({
      'project.yaml': `name: demo
${more}
image: { name: "${cluster.registry}/slipway-test/schedule/{function}" }
kubernetes: { namespace: ${namespace}, requests: { cpu: 50m, memory: 256Mi } }
pipelines:
  - { name: main, file: main.pipeline.ts }
schedules:
  - name: yearly
    pipeline: main
    engine: argo
    cron: '0 3 1 1 *'
    timezone: Europe/Berlin
    overlap: replace
    startingDeadline: 5m
    params: { n: 21 }
    labels: { team: a }
  - { name: here, pipeline: main, cron: '@daily' }
`,
      'steps.ts': steps,
      'main.pipeline.ts': pipeline,
    });
  const get = (...what: readonly string[]): Json =>
    JSON.parse(cluster.kubectl(['get', ...what, '--namespace', namespace, '-o', 'json']));

  it('is created there with all that its runs need, suspended by a pause, and brought up to date', async () => {
    const { server } = await connectCluster({ kubeconfig: cluster.kubeconfig });
    const { url, tokenFile } = await startServer(await localRouteAddress(server));
    const folder = project(`tracking: { url: "${url}" }`);
    const env = { KUBECONFIG: cluster.kubeconfig, SLIPWAY_TRACKING_TOKEN_FILE: tokenFile };
    const { stderr } = await folder.slipway(['schedule', 'pause', 'yearly'], env);
    expect(stderr).toContain('the cluster does not have schedule yearly yet');
    expect((await folder.json(['schedule', 'deploy'], env)).data).toMatchObject([
      { schedule: 'yearly', cronWorkflow: 'main-yearly', namespace, suspended: true },
    ]);
    const { data: resumed } = await folder.json(['schedule', 'resume', 'yearly'], env);
    expect(resumed).toMatchObject({ state: 'active', deployed: { suspended: false } });
    const first = get('cronworkflow', 'main-yearly');
    expect(first.spec).toMatchObject({
      schedules: ['0 3 1 1 *'],
      timezone: 'Europe/Berlin',
      concurrencyPolicy: 'Replace',
      startingDeadlineSeconds: 300,
      suspend: false,
    });
    const file = `${folder.path}/project.yaml`;
    folder.write('project.yaml', readFileSync(file, 'utf8').replace('0 3 1 1 *', '30 3 1 1 *'));
    await folder.json(['schedule', 'deploy', 'yearly'], env);
    const cron = get('cronworkflow', 'main-yearly');
    expect(cron.spec.schedules).toEqual(['30 3 1 1 *']);
    expect(cron.metadata.uid).toBe(first.metadata.uid);
    expect(cron.metadata.annotations ?? {}).not.toHaveProperty('slipway.run/undelivered');
    const owned = (kind: string): Json[] =>
      get(kind).items.filter(
        ({ metadata }: Json) => metadata.ownerReferences?.[0]?.uid === cron.metadata.uid,
      );
    expect([owned('secrets').length, owned('configmaps').length]).toEqual([2, 2]);
    const listed = await folder.slipway(['schedule', 'list'], env);
    expect(listed.stdout).toMatch(/yearly.*argo/);

    cluster.kubectl(['delete', 'cronworkflow', 'main-yearly', '--namespace', namespace]);
    await until(
      async () => [...owned('configmaps'), ...owned('secrets')],
      (left) => left.length === 0,
      patienceMs,
    );
  }, 900_000);

  it("is started by the cluster's own clock, and on request, which is told of", async () => {
    const { server } = await connectCluster({ kubeconfig: cluster.kubeconfig });
    const { url, tokenFile } = await startServer(await localRouteAddress(server));
    const receiver = await startReceiver();
    const folder = project(
      `tracking: { url: "${url}" }\nnotifications: [{ name: team, kind: webhook, url: '${receiver.url}/team' }]`,
    );
    const env = { KUBECONFIG: cluster.kubeconfig, SLIPWAY_TRACKING_TOKEN_FILE: tokenFile };
    const runs = async (): Promise<Json[]> =>
      (await folder.json(['get', 'runs', '--label', 'schedule=yearly'], env)).data;
    const { data: submitted, ...byHand } = await folder.json(['schedule', 'run', 'yearly'], env);
    expect(byHand.code, byHand.stderr).toBe(0);
    expect(submitted).toMatchObject({ state: 'completed', labels: { team: 'a', schedule: 'yearly' } });
    expect(submitted.results ?? submitted.outputs).toMatchObject({ doubled: 42 });
    expect(receiver.received.map(({ body }) => `${body.run.uid} ${body.state}`)).toEqual([
      `${submitted.uid} completed`,
    ]);

    const file = `${folder.path}/project.yaml`;
    folder.write(
      'project.yaml',
      readFileSync(file, 'utf8')
        .replace('0 3 1 1 *', '* * * * *')
        .replace('overlap: replace', 'overlap: forbid'),
    );
    await folder.json(['schedule', 'deploy', 'yearly'], env);
    await until(runs, (found) => found.length > 1, patienceMs);
    // so that it is one firing
    await folder.json(['schedule', 'pause', 'yearly'], env);
    const [fired] = await until(
      runs,
      (found) => found.every(({ state }) => state === 'completed'),
      patienceMs,
    );
    expect(fired).toMatchObject({ name: 'main', state: 'completed', labels: { team: 'a' } });
    expect(fired.uid).not.toBe(submitted.uid);
    const { data: run } = await folder.json(['describe', fired.uid], env);
    expect(run.results ?? run.outputs).toMatchObject({ doubled: 42 });
    // the run has its end before the controller has said that of its workflow
    await until(
      async () =>
        get('workflows').items.filter(
          ({ metadata }: Json) => metadata.labels['workflows.argoproj.io/cron-workflow'] === 'main-yearly',
        ),
      (made: Json[]) => made.some(({ status }) => status?.phase === 'Succeeded'),
      patienceMs,
    );
    expect(receiver.received).toHaveLength(1);
    cluster.kubectl(['delete', 'cronworkflow', 'main-yearly', '--namespace', namespace]);
  }, 900_000);

  it('that replaces its runs ends the record of the one before, and of its steps', async () => {
    const { server } = await connectCluster({ kubeconfig: cluster.kubeconfig });
    const { url, tokenFile } = await startServer(await localRouteAddress(server));
    const folder = project(`tracking: { url: "${url}" }`);
    const file = `${folder.path}/project.yaml`;
    folder.write('project.yaml', readFileSync(file, 'utf8').replace('0 3 1 1 *', '* * * * *'));
    folder.write('steps.ts', endless);
    folder.write(
      'main.pipeline.ts',
      pipeline.replace(
        'doubled: work({ n }).doubled',
        'last: work.as("next")({ n: work({ n }).doubled }).doubled',
      ),
    );
    const env = { KUBECONFIG: cluster.kubeconfig, SLIPWAY_TRACKING_TOKEN_FILE: tokenFile };
    const runs = async (): Promise<Json[]> =>
      (await folder.json(['get', 'runs', '--label', 'schedule=yearly'], env)).data;
    const fired = (): Json[] =>
      get('workflows').items.filter(
        ({ metadata }: Json) => metadata.labels['workflows.argoproj.io/cron-workflow'] === 'main-yearly',
      );
    const suspend = (is: boolean): void => {
      const patch = JSON.stringify({ spec: { suspend: is } });
      cluster.kubectl(['patch', 'cronworkflow', 'main-yearly', '-n', namespace, '--type=merge', '-p', patch]);
    };
    /** One firing by the cluster's clock, and no other before it is looked at. */
    const fireOnce = async (known: readonly string[]): Promise<string> => {
      const [made] = await until(
        async () => fired().filter(({ metadata }) => !known.includes(metadata.uid)),
        (found) => found.length > 0,
        patienceMs,
      );
      suspend(true);
      return made.metadata.uid;
    };
    await folder.json(['schedule', 'deploy', 'yearly'], env);
    const first = await fireOnce([]);
    const steps = async (): Promise<Json[]> =>
      (await folder.json(['get', 'runs', '--all', '--filter', "kind = 'step'"], env)).data;
    await until(steps, (found) => found.some(({ state }) => state === 'running'), patienceMs);
    const [old] = await runs();
    suspend(false);
    await fireOnce([first]);
    const found = await until(
      runs,
      (all) => all.some(({ uid, state }) => uid === old.uid && state === 'aborted'),
      patienceMs,
    );
    const next = found.find(({ uid }) => uid !== old.uid);
    const { data } = await folder.json(['get', 'run', old.uid], env);
    expect(data.error).toMatchObject({ code: 'RUN_ABORTED' });
    expect(data.error.message).toContain(`replaced by run ${next.uid} of schedule "yearly"`);
    expect(data.steps.map(({ id, state }: Json) => `${id} ${state}`)).toEqual([
      'next skipped',
      'work aborted',
    ]);
    const below = ['get', 'runs', '--all', '--filter', `parent = '${old.uid}'`];
    const ended: Json[] = (await folder.json(below, env)).data;
    expect(ended.map(({ name, state }) => `${name} ${state}`)).toEqual(['work aborted']);
    expect((await folder.slipway(['stop', next.uid], env)).code).toBe(0);
    cluster.kubectl(['delete', 'cronworkflow', 'main-yearly', '--namespace', namespace]);
  }, 900_000);

  it('is refused before anything is created where it cannot run', async () => {
    const folder = project('');
    const env = { KUBECONFIG: cluster.kubeconfig };
    const local = await folder.json(['schedule', 'deploy', 'here'], env);
    expect([local.code, local.data.error.code]).toEqual([2, 'SCHEDULE_NOT_DEPLOYED']);
    const unknown = await folder.json(['schedule', 'deploy', 'yeary'], env);
    expect([unknown.code, unknown.data.error.hint]).toEqual([3, 'did you mean "yearly"?']);
    const nowhere = await folder.json(['schedule', 'deploy'], env);
    expect(nowhere.data.error.code).toBe('TRACKING_ADDRESS_NEEDED');
    folder.write('main.pipeline.ts', "throw new Error('it broke');\n");
    const broken = await folder.json(['schedule', 'deploy'], env);
    expect([broken.code, broken.data.error.code]).toEqual([2, 'PIPELINE_BROKEN']);
  }, 300_000);

  it('of another project under the same name is left alone', async () => {
    const name = 'main-yearly';
    const other = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'CronWorkflow',
      metadata: { name, namespace, labels: { 'slipway.project': 'other' } },
      spec: { schedules: ['0 0 1 1 *'], workflowSpec: { entrypoint: 'none', templates: [] } },
    };
    cluster.kubectl(['create', '-f', '-'], JSON.stringify(other));
    const folder = project('');
    const paused = await folder.json(['schedule', 'pause', 'yearly'], { KUBECONFIG: cluster.kubeconfig });
    expect([paused.code, paused.data.error.code]).toEqual([5, 'CRON_WORKFLOW_TAKEN']);
    const { data } = await folder.json(['schedule', 'show', 'yearly']);
    expect(data.state).toBe('active');
    cluster.kubectl(['delete', 'cronworkflow', name, '--namespace', namespace]);
  });
});
