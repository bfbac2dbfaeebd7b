import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../../../src/core/id.ts';
import { renderJob } from '../../../../src/runtime/kubernetes/manifest/render-job.ts';
import type { HttpStore } from '../../../../src/tracking/http/http-store.ts';
import type { JournalEvent } from '../../../../src/tracking/journal-event.ts';
import { openHttpStore } from '../../../../src/tracking/open-http-store.ts';
import { type TestCluster, testCluster } from '../../../cluster/test-cluster.ts';
import { until } from '../../../cluster/until.ts';
import { createFolder } from '../../../e2e/slipway.ts';
import { describeWith } from '../../../setup/components.ts';
import { exampleJob } from '../example-job.ts';
import { type Installation, install } from './installation.ts';
import type { PortForward } from './port-forward.ts';
import { slipwayOutput } from './slipway-output.ts';

const source = `
import type { Context } from 'slipway';
export async function hello(ctx: Context, { name = 'world' }: { name?: string }) {
  ctx.logMetric('letters', name.length);
  await ctx.logArtifact('greeting.txt', 'hello, ' + name);
  return { greeting: 'hello, ' + name };
}
`;

describeWith(['kubernetes'], 'the tracking server in a cluster, as the command renders it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-installed-'));
  let cluster: TestCluster;
  let installed: Installation;
  let forward: PortForward;

  beforeAll(async () => {
    cluster = await testCluster();
    installed = install(cluster, ({ namespace, image, storageClass }) => {
      const words = ['--server', '--argo', '--nodes', '--namespace', namespace, '--image', image];
      const storage = storageClass === undefined ? [] : ['--storage-class', storageClass];
      const manifests = slipwayOutput(folder, ['kubernetes', 'manifest', ...words, ...storage]);
      cluster.kubectl(['apply', '--validate=strict', '-f', '-'], manifests);
    });
    forward = await installed.forward();
  });

  afterAll(async () => {
    await forward?.close();
    if (installed) {
      const nodes = `${installed.namespace}-slipway-nodes`;
      cluster.kubectl(['delete', `clusterrole/${nodes}`, `clusterrolebinding/${nodes}`]);
      installed.remove();
    }
    rmSync(folder, { recursive: true });
  });

  const open = (spool: string): HttpStore =>
    openHttpStore({
      spoolDirectory: path.join(folder, spool),
      project: 'demo',
      server: { url: forward.url, token: installed.token },
      flushMs: 60_000,
    });
  const inServer = (script: string): string =>
    installed.kubectl(['exec', 'deployment/slipway-server', '--', 'node', '-e', script]);
  /** Exit code of the container's process before, once it was ended; empty before that. */
  const ended = (): string =>
    installed.kubectl([
      ...['get', 'pods', '-l', server, '-o'],
      'jsonpath={.items[0].status.containerStatuses[0].lastState.terminated.exitCode}{.items[0].status.containerStatuses[0].state.terminated.exitCode}',
    ]);
  const server = 'app.kubernetes.io/component=server';

  /** Kills the server itself as the kernel would, not the first process of its container. */
  async function killServer(): Promise<void> {
    const script = `for (const pid of fs.readdirSync('/proc').filter(Number)) {
  const words = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').split('\\0');
  if (words[0] === 'node' && words[1] === '/slipway/server.mjs') process.kill(Number(pid), 'SIGKILL');
}`;
    try {
      inServer(script);
    } catch {
      // the container may be gone before kubectl hears of the end of the script
    }
    await until(() => ended().includes('137'), { describe: () => 'the server was not killed' });
  }

  /** Kubelets wait longer and longer before they start a container again, but not with that of a new pod. */
  async function killServerAndPod(): Promise<void> {
    await killServer();
    installed.kubectl(['delete', 'pod', '-l', server]);
    installed.ready();
  }

  it('is for a user without rights, on a file system that it cannot write to, without a token of the cluster', () => {
    const seen = JSON.parse(
      inServer(`const refused = (file) => { try { fs.writeFileSync(file, ''); } catch (error) { return error.code; } };
const status = fs.readFileSync('/proc/self/status', 'utf8');
console.log(JSON.stringify({
  uid: process.getuid(), root: refused('/file'), program: refused('/slipway/server.mjs'), tokens: refused('/run/slipway/tokens'),
  account: fs.existsSync('/var/run/secrets/kubernetes.io'), rights: /CapEff:\\s*(\\w+)/.exec(status)[1],
}))`),
    );
    expect(seen).toEqual({
      uid: 65532,
      root: 'EROFS',
      program: 'EROFS',
      tokens: 'EROFS',
      account: false,
      rights: '0000000000000000',
    });
  });

  it('answers a pod through its Service, and shows nothing to one without a token', async () => {
    const address = installed.kubectl([
      'get',
      'service',
      'slipway-server',
      '-o',
      'jsonpath={.spec.clusterIP}',
    ]);
    const script = `const ask = async (path, init) => (await fetch('http://${address}:8642' + path, init)).status;
const search = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
const seen = [await ask('/health'), await ask('/ready'), await ask('/api/v1/projects/demo/search/runs', search)];
console.log(JSON.stringify(seen)); process.exit(String(seen) === '200,200,401' ? 0 : 1);`;
    const { namespace } = installed;
    const options = { namespace, requests: { cpu: '10m' }, serviceAccount: 'slipway-run' };
    const args = ['--input-type=module', '-e', script];
    const job = renderJob({
      job: exampleJob({ uid: createUid() }),
      options,
      image: await cluster.nodeImage(),
      args,
    });
    installed.kubectl(['create', '-f', '-'], JSON.stringify(job));
    installed.kubectl(['wait', '--for=condition=complete', `job/${job.metadata?.name}`, '--timeout=120s']);
    expect(installed.kubectl(['logs', `job/${job.metadata?.name}`])).toBe('[200,200,401]\n');
  }, 240_000);

  it('keeps a run that a client brings, with its artifact, when it is killed with -9 and when its pod is deleted', async () => {
    const local = createFolder({ 'hello.ts': source, 'project.yaml': 'name: demo\n' });
    const run = await local.json(['run', 'hello.ts', '--param', 'name=cluster']);
    expect(run.code, run.stderr).toBe(0);
    const env = { SLIPWAY_TRACKING_URL: forward.url, SLIPWAY_TRACKING_TOKEN: installed.token };
    await until(async () => (await local.slipway(['sync'], env)).code === 0, {
      describe: () => 'the run cannot be brought to the server',
    });
    await killServer();
    await expectRun(run.data.uid, 'after-kill');
    installed.kubectl(['delete', 'pod', '-l', server]);
    installed.ready();
    await expectRun(run.data.uid, 'after-deletion');
  }, 240_000);

  async function expectRun(uid: string, spool: string): Promise<void> {
    const store = open(spool);
    const record = await until(() => store.getRun(uid).catch(() => undefined), {
      describe: () => 'the run is not there',
    });
    expect(record).toMatchObject({ state: 'completed', results: { greeting: 'hello, cluster' } });
    const [artifact] = record.artifacts;
    expect(await store.artifactDirectory(artifact?.digest ?? '')).toContain(folder);
    await store.close();
  }

  it('loses nothing of a run that is under way, and takes nothing twice, across three kills', async () => {
    const store = open('under-way');
    const uid = createUid();
    const writer = store.createRun({
      ...{ uid, name: 'train', project: 'demo', runKind: 'run', params: {}, inputs: {}, labels: {} },
    });
    writer.append({ kind: 'state', state: 'running' });
    for (let step = 0; step < 300; step++) {
      writer.append({ kind: 'metric', key: 'loss', value: step, step });
      if (step % 100 === 50) await killServerAndPod();
    }
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    await store.flush();
    await store.close();
    await killServerAndPod();
    const reader = open('reader');
    const events: JournalEvent[] = [];
    await until(() => reader.getRun(uid).catch(() => undefined), { describe: () => 'the run is not there' });
    for await (const event of reader.events(uid)) events.push(event);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const steps = events.flatMap((event) => (event.kind === 'metric' ? [event.step] : []));
    expect(steps).toEqual(Array.from({ length: 300 }, (_, step) => step));
    await reader.close();
  }, 300_000);

  it('ends cleanly within its grace when it is asked to', async () => {
    installed.ready();
    // beside it there may be one that is still ending
    const template =
      '{{range .items}}{{if not .metadata.deletionTimestamp}}pod/{{.metadata.name}} {{end}}{{end}}';
    const [pod = ''] = installed
      .kubectl(['get', 'pods', '-l', server, '-o', `go-template=${template}`])
      .split(' ');
    const keep = (finalizers: readonly string[]): string =>
      installed.kubectl(['patch', pod, '--type=merge', '-p', JSON.stringify({ metadata: { finalizers } })]);
    // it stays to be looked at: one that is still there after its grace is killed
    keep(['slipway.test/kept']);
    try {
      installed.kubectl(['delete', pod, '--wait=false']);
      const exitCode = '{.status.containerStatuses[0].state.terminated.exitCode}';
      const seen = (): string => installed.kubectl(['get', pod, '-o', `jsonpath=${exitCode}`]);
      expect(await until(() => seen() || undefined, { describe: () => 'the server does not end' })).toBe('0');
    } finally {
      keep([]);
    }
    installed.ready();
  });
});
