import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { renderInstall } from '../../../src/runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { openHttpStore } from '../../../src/tracking/open-http-store.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { createFolder, type Folder, type Json, type Running, until } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { startTrackingServer, type TrackingServer } from '../../support/start-tracking-server.ts';

const steps = `import type { Context } from 'slipway';
export async function work(ctx: Context, { seconds, name }: { seconds: number; name: string }) {
  ctx.logMetric('begun', 1);
  for (let tick = 0; tick < seconds * 10; tick++) await new Promise((resolve) => setTimeout(resolve, 100));
  return { by: ctx.uid, name };
}
`;

const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const work = (await codeToFunction({ filename: 'steps.ts', handler: 'work' })) as any;
export default pipeline('main', (_p, { seconds, name }: { seconds: number; name: string }) => ({ by: work({ seconds, name }).by }));
`;

describeWith(['argo'], 'equal steps under way at once, on Argo Workflows and by local engines', () => {
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

  /** A project on a tracking server; every one stands for a machine of its own. */
  const projectOn = ({ address: { url, token = '' } }: TrackingServer): Folder =>
    createFolder({
      'project.yaml': `name: demo
image: { name: "${cluster.registry}/slipway-test/argo-flight/{function}" }
kubernetes: { namespace: ${namespace}, requests: { cpu: 50m, memory: 128Mi } }
cache: { mode: on, ignore: [seconds] }
tracking: { url: "${url}", tokenFile: token }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      token,
      'steps.ts': steps,
      'main.pipeline.ts': pipeline,
    });

  const startServer = async (): Promise<TrackingServer> => {
    const { path: folder } = createFolder();
    const args = ['--host', cluster.local?.hostAddress ?? '0.0.0.0'];
    const server = await startTrackingServer(path.join(folder, 'server'), { args });
    onTestFinished(() => server.stop());
    return server;
  };

  const start = (folder: Folder, engine: string, seconds: number): Running => {
    const params = ['--param', `seconds=${seconds}`, '--param', 'name=x'];
    const command = ['pipeline', 'run', 'main', '--engine', engine, '--quiet', '-o', 'json', ...params];
    return folder.start(command, { KUBECONFIG: cluster.kubeconfig });
  };

  const documentOf = async ({ ended }: Running): Promise<Json> => {
    const { stdout, stderr } = await ended;
    try {
      return JSON.parse(stdout);
    } catch {
      throw new Error(`no JSON document:\n${stdout}\n${stderr}`);
    }
  };

  it('run once: pods and processes wait for the one that runs, and take what it gave', async () => {
    const server = await startServer();
    const engines = ['argo', 'argo', 'local', 'local', 'local', 'local', 'local', 'local'];
    const documents = await Promise.all(
      engines.map((engine) => documentOf(start(projectOn(server), engine, 5))),
    );
    expect(documents.map(({ state }) => state)).toEqual(engines.map(() => 'completed'));
    const [first] = documents;
    expect(documents.map(({ outputs }) => outputs.by)).toEqual(engines.map(() => first.outputs.by));
    expect(documents.filter(({ steps: [only] }) => only.cached)).toHaveLength(engines.length - 1);
  }, 900_000);

  it('are taken over, after its lease, from one whose workflow was removed from the cluster', async () => {
    const server = await startServer();
    const store = openHttpStore({
      server: server.address,
      project: 'demo',
      spoolDirectory: path.join(createFolder().path, 'spool'),
    });
    onTestFinished(() => store.close());
    const found = async (filter: string): Promise<readonly string[]> => {
      await delay(200);
      return (await store.searchRuns({ all: true, filter })).runs.map(({ uid }) => uid);
    };
    const running = (): Promise<readonly string[]> =>
      found("kind = 'step' and state = 'running' and metrics.begun = 1");
    const first = start(projectOn(server), 'argo', 3000);
    const [doomed = ''] = await until(running, (uids) => uids.length > 0, 300_000);
    const others = ['argo', 'local'].map((engine) => start(projectOn(server), engine, 3));
    const pipelines = (): Promise<readonly string[]> => found("kind = 'pipeline' and state = 'running'");
    await until(pipelines, (uids) => uids.length === 3, 300_000);
    const workflow = `main-${(await store.getRun(doomed)).parent}`;
    const now = ['--force', '--grace-period=0'];
    cluster.kubectl(['-n', namespace, 'delete', 'workflow', workflow, '--wait=false']);
    cluster.kubectl([
      '-n',
      namespace,
      'delete',
      'pod',
      '-l',
      `workflows.argoproj.io/workflow=${workflow}`,
      ...now,
    ]);
    expect((await documentOf(first)).state).toBe('error');
    const documents = await Promise.all(others.map(documentOf));
    expect(documents.map(({ state }) => state)).toEqual(['completed', 'completed']);
    expect(documents[0].outputs.by).toBe(documents[1].outputs.by);
    expect(documents[0].outputs.by).not.toBe(doomed);
    expect(documents.filter(({ steps: [only] }) => only.cached)).toHaveLength(1);
  }, 900_000);
});
