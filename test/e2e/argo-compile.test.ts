import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { renderInstall } from '../../src/runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { describeWith } from '../setup/components.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';
import { createFolder, type Folder, type Json, until } from './slipway.ts';

const steps = `import type { Context } from 'slipway';
export function one(_ctx: Context, { n = 1 }: { n?: number }) { return { n }; }
export function two(_ctx: Context, { n }: { n: number }) { return { n: n * 2 }; }
export async function wait(ctx: Context) { await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve)); return { n: 1 }; }
export function tell(_ctx: Context, { status }: { status: any }) { return { state: status.state, code: status.error?.code ?? '' }; }
`;
const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const [one, two] = await Promise.all(
  ['one', 'two'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', (p, { n = 1 }: { n?: number }) => ({ n: two({ n: one({ n }).n }).n }));
`;

const late = `import { codeToFunction, pipeline } from 'slipway';
const [wait, tell] = await Promise.all(
  ['wait', 'tell'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('late', (p) => {
  wait({});
  p.onExit((status) => tell({ status }));
});
`;

describeWith(['argo'], 'slipway pipeline compile', () => {
  let cluster: TestCluster;
  let namespace: string;
  let home: string;
  let server: TrackingServer;

  beforeAll(async () => {
    cluster = await testCluster({ argo: true });
    namespace = openNamespace();
    home = mkdtempSync(path.join(tmpdir(), 'slipway-compiled-'));
    server = await startTrackingServer(home, { args: ['--host', '0.0.0.0'] });
  });

  afterAll(async () => {
    await server?.stop();
    cluster?.deleteNamespace(namespace);
    rmSync(home, { recursive: true, force: true });
  });

  function openNamespace(): string {
    const opened = cluster.createNamespace();
    const access = renderInstall({ namespace: opened, version: '0', argo: true, networkPolicy: false });
    cluster.kubectl(['apply', '-f', '-'], renderYaml(access));
    return opened;
  }

  /** A project whose tracking server pods reach from the cluster. */
  const project = (place = namespace): Folder => {
    const { port } = new URL(server.address.url);
    const folder = createFolder({
      'project.yaml': `name: demo
image: { name: "${cluster.registry}/slipway-test/argo-compile/{function}" }
kubernetes: { namespace: ${place}, requests: { cpu: 20m, memory: 128Mi } }
tracking: { url: "http://127.0.0.1:${port}", podUrl: "http://${cluster.local?.hostAddress ?? '127.0.0.1'}:${port}", tokenFile: token }
pipelines:
  - { name: main, file: main.pipeline.ts }
  - { name: late, file: late.pipeline.ts }
schedules:
  - { name: nightly, pipeline: main, cron: '30 2 * * *', timezone: Europe/Berlin, overlap: replace, params: { n: 7 }, timeout: 2h }
`,
      'steps.ts': steps,
      'main.pipeline.ts': pipeline,
      'late.pipeline.ts': late,
    });
    writeFileSync(path.join(folder.path, 'token'), server.address.token ?? '');
    return folder;
  };
  const dryRun = (text: string): string[] =>
    cluster
      .kubectl(['apply', '--dry-run=server', '--validate=strict', '-o', 'name', '-f', '-'], text)
      .trim()
      .split('\n');

  it('prints a workflow that keeps its own record when kubectl creates it, with nobody following', async () => {
    // what kubectl creates has the same names whenever this is tried
    const own = openNamespace();
    onTestFinished(() => cluster.deleteNamespace(own));
    const folder = project(own);
    const compiled = await folder.slipway(['pipeline', 'compile', 'main', '-p', 'n=21']);
    expect(compiled.code, compiled.stderr).toBe(0);
    const kinds = parseAllDocuments(compiled.stdout).map((one) => one.toJS().kind);
    expect(kinds).toEqual(['ConfigMap', 'Workflow']);
    const again = await folder.slipway(['pipeline', 'compile', 'main', '-p', 'n=21']);
    expect(again.stdout).toBe(compiled.stdout);

    expect(compiled.stderr).toContain('its pods need the Secret "main"');
    const run = await endOf(folder, own, compiled.stdout);
    expect(run).toMatchObject({ name: 'main', state: 'completed' });
    const { data } = await folder.json(['get', 'run', run.uid]);
    expect(data).toMatchObject({ state: 'completed', outputs: { n: 42 } });
    expect(data.steps).toMatchObject([
      { id: 'one', state: 'completed', results: { n: 21 } },
      { id: 'two', state: 'completed', results: { n: 42 } },
    ]);
  }, 400_000);

  it('prints a workflow that ends when its time is over, and says so in its record as to its exit step', async () => {
    const own = openNamespace();
    onTestFinished(() => cluster.deleteNamespace(own));
    const folder = project(own);
    const compiled = await folder.slipway(['pipeline', 'compile', 'late', '--timeout', '20s']);
    expect(compiled.code, compiled.stderr).toBe(0);
    const run = await endOf(folder, own, compiled.stdout);
    const { data } = await folder.json(['get', 'run', run.uid]);
    expect(data).toMatchObject({ state: 'error', error: { code: 'RUN_TIMEOUT' } });
    expect(data.steps).toMatchObject([
      { id: 'wait', state: expect.stringMatching(/^(aborted|skipped)$/) },
      { id: 'tell', state: 'completed', results: { state: 'error', code: 'RUN_TIMEOUT' } },
    ]);
  }, 400_000);

  /** The run that the pods of a workflow keep, once it has ended. */
  async function endOf(folder: Folder, place: string, workflow: string): Promise<Json> {
    const runs = async (): Promise<Json[]> => (await folder.json(['get', 'runs'])).data;
    const known = (await runs()).map(({ uid }) => uid);
    const { name } = parseAllDocuments(workflow)[0]?.toJS().metadata ?? {};
    const literal = `--from-literal=tracking-token=${server.address.token}`;
    cluster.kubectl(['create', 'secret', 'generic', name, '-n', place, literal]);
    cluster.kubectl(['create', '-f', '-'], workflow);
    const [run] = await until(
      async () => (await runs()).filter(({ uid }) => !known.includes(uid)),
      ([first]) => ['completed', 'error', 'aborted', 'lost'].includes(first?.state),
      240_000,
    );
    return run;
  }

  it('prints one JSON list, a template, or a schedule of project.yaml, all of which the API server takes', async () => {
    const folder = project();
    const list = await folder.json(['pipeline', 'compile', 'main']);
    expect(list.data).toMatchObject({ kind: 'List', items: [{ kind: 'ConfigMap' }, { kind: 'Workflow' }] });

    const template = await folder.slipway(['pipeline', 'compile', 'main', '--as-template']);
    expect(dryRun(template.stdout)[1]).toBe('workflowtemplate.argoproj.io/main');

    const schedule = await folder.slipway(['pipeline', 'compile', '--schedule', 'nightly']);
    expect(dryRun(schedule.stdout)[1]).toBe('cronworkflow.argoproj.io/main-nightly');
    const [plan, cron] = parseAllDocuments(schedule.stdout).map((one) => one.toJS());
    expect(cron.spec).toMatchObject({
      schedules: ['30 2 * * *'],
      timezone: 'Europe/Berlin',
      concurrencyPolicy: 'Replace',
      suspend: false,
      workflowSpec: { activeDeadlineSeconds: 7200 },
    });
    expect(plan.metadata.name).toBe('main-nightly');
  }, 240_000);

  it('refuses a form that is two, a schedule that is not there, and a project without a tracking server', async () => {
    const folder = project();
    const both = await folder.slipway(['pipeline', 'compile', '--as-template', '--schedule', 'nightly']);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('give one of them')]);
    const none = await folder.slipway(['pipeline', 'compile', '--schedule', 'weekly']);
    expect([none.code, none.stdout, none.stderr]).toEqual([3, '', expect.stringContaining('"weekly"')]);
    folder.write('project.yaml', 'name: demo\npipelines:\n  - { name: main, file: main.pipeline.ts }\n');
    const alone = await folder.slipway(['pipeline', 'compile', 'main']);
    expect(alone.code).toBe(2);
    expect([alone.stdout, alone.stderr]).toEqual(['', expect.stringContaining('--tracking-url')]);
  });
});
