import { Ajv } from 'ajv';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createUid } from '../../src/core/id.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { describeWith } from '../setup/components.ts';
import { createFolder, type Folder, type Json } from './slipway.ts';
import { untilTicking } from './ticking-run.ts';

const source = `
import type { Context, DataItem } from 'slipway';
export async function train(ctx: Context, { data, seconds = 0, fail = false }: { data: DataItem; seconds?: number; fail?: boolean }) {
  console.log('training on ' + (await data.text()).trim());
  for (let tick = 0; tick < seconds * 10; tick++) {
    ctx.logMetric('tick', tick, { step: tick });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (fail) throw new Error('no luck');
  await ctx.logArtifact('model', 'weights');
  return { host: process.env.HOSTNAME ?? '' };
}
`;

describeWith(['kubernetes'], 'slipway run --runtime kubernetes', () => {
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
          `image: { name: '${cluster.registry}/${namespace}/{function}' }`,
          `kubernetes: { namespace: ${namespace}, requests: { cpu: 50m, memory: 256Mi }, env: { LEVEL: project }, labels: { team: birds } }`,
          '',
        ].join('\n'),
        'train.ts': source,
        'data.txt': 'forty-two\n',
      },
      finished,
    );
  const run = ['run', 'train.ts', '-i', 'data=data.txt'];
  const jobs = (uid: string): Json[] =>
    JSON.parse(cluster.kubectl(['get', 'jobs', '-n', namespace, '-l', `slipway.run=${uid}`, '-o', 'json']))
      .items;
  /** The run that has begun to tick, as another shell sees it. */
  const running = async (folder: Folder, ...known: readonly string[]): Promise<Json> => {
    const uid = await untilTicking(folder, 'demo', known);
    const { data } = await folder.json(['ps'], env);
    expect(data).toMatchObject([{ uid, state: 'running' }]);
    return data[0];
  };

  it('brings the run with output, metrics, artifacts and place into the store here, and pushes an image once', async () => {
    const folder = project();
    // a name under which nothing has been pushed
    const own = [...run, '--image-name', `${cluster.registry}/${createUid()}/train`];
    const first = await folder.json(own, env);
    expect(first.data, first.stderr).toMatchObject({
      state: 'completed',
      results: { host: expect.stringMatching(/^train-/) },
      artifacts: [{ key: 'model' }],
    });
    expect(first.stderr).toContain('image: pushed');
    expect(first.stderr).toMatch(/tracking: pods report to http:\/\/\S+ \(the address from which/);
    const { uid } = first.data;
    expect((await folder.slipway(['logs', uid], env)).stdout).toBe('training on forty-two\n');
    const described = await folder.slipway(['describe', 'run', uid], env);
    for (const text of [namespace, `train-${uid}`, first.data.results.host])
      expect(described.stdout).toContain(text);
    expect(jobs(uid)[0].metadata.labels).toMatchObject({ team: 'birds' });
    const second = await folder.json([...own, '--kubernetes', 'labels.team=fish'], env);
    expect(second.stderr).not.toContain('image: pushed');
    expect(jobs(second.data.uid)[0].metadata.labels).toMatchObject({ team: 'fish' });
    const failed = await folder.json([...own, '-p', 'fail=true'], env);
    expect([failed.code, failed.data.error]).toMatchObject([1, { message: 'Error: no luck', line: 9 }]);
  }, 480_000);

  it.concurrent('can be seen, followed and stopped from another shell; Ctrl-C asks the cluster too', async ({
    onTestFinished,
  }) => {
    const folder = project(onTestFinished);
    const started = folder.start([...run, '-p', 'seconds=120', '-o', 'json'], env);
    const { uid } = await running(folder);
    const followed = folder.start(['logs', '-f', uid], env);
    await followed.sees('training on forty-two');
    expect((await folder.json(['describe', 'run', uid], env)).data.cluster).toMatchObject({
      namespace,
      pod: expect.stringMatching(`^train-${uid}-`),
    });
    const stopped = await folder.json(['stop', uid], env);
    expect(stopped.data).toMatchObject([{ uid, state: 'aborted' }]);
    expect([(await started.ended).code, (await followed.ended).code]).toEqual([130, 0]);
    expect(jobs(uid)).toEqual([]);

    const again = folder.start([...run, '-p', 'seconds=120', '-o', 'json'], env);
    const next = await running(folder, uid);
    again.child.kill('SIGINT');
    expect((await again.ended).code).toBe(130);
    expect((await folder.json(['get', 'run', next.uid], env)).data.state).toBe('aborted');
    expect(jobs(next.uid)).toEqual([]);
  }, 300_000);

  it.concurrent('is stopped on the cluster when the command that started it was killed', async ({
    onTestFinished,
  }) => {
    const folder = project(onTestFinished);
    const started = folder.start([...run, '-p', 'seconds=300'], env);
    const { uid } = await running(folder);
    started.child.kill('SIGKILL');
    await started.ended;
    expect(jobs(uid)).toHaveLength(1);
    const stopped = await folder.json(['stop', uid], env);
    expect(stopped.data).toMatchObject([{ uid, state: 'aborted' }]);
    expect(stopped.stderr).toContain(`Job "train-${uid}"`);
    expect(jobs(uid)).toEqual([]);
  }, 300_000);

  it.concurrent('says which address pods could not reach while it still waits for them, and how to give another', async ({
    onTestFinished,
  }) => {
    const folder = project(onTestFinished);
    const wrong = ['--tracking-address', '192.0.2.77', '--kubernetes', 'connectSeconds=20'];
    const started = folder.start([...run, ...wrong, '-o', 'json'], env);
    await started.sees('runs, but nothing has come from it at http://192.0.2.77:');
    const begun = performance.now();
    expect(started.child.exitCode).toBeNull();
    const { stdout } = await started.ended;
    expect(performance.now() - begun).toBeLessThan(110_000);
    const { state, error } = JSON.parse(stdout);
    expect(state).toBe('error');
    expect(error.message).toMatch(/"http:\/\/192\.0\.2\.77:\d+" cannot be reached from the pod/);
    expect(error.hint).toContain('--tracking-address');
  }, 300_000);

  it('prints with --dry-run what it would create, secrets masked, and creates nothing', async () => {
    const folder = project();
    const secrets = { ...env, TOKEN: 'very-secret-value' };
    const printed = await folder.slipway([...run, '--dry-run', '--secret', 'TOKEN'], secrets);
    expect(printed.code, printed.stderr).toBe(0);
    const [secret, job] = parseAllDocuments(printed.stdout).map((document) => document.toJS());
    expect(printed.stdout).not.toContain(Buffer.from('very-secret-value').toString('base64'));
    expect(Buffer.from(secret.data['secret.TOKEN'], 'base64').toString()).toBe('***');
    expect(Buffer.from(secret.data['tracking-token'], 'base64').toString()).toBe('***');
    const openApi = JSON.parse(cluster.kubectl(['get', '--raw', '/openapi/v3/apis/batch/v1'])) as Json;
    expect(schemaErrors(openApi, 'io.k8s.api.batch.v1.Job', job)).toEqual([]);
    const answer = cluster.kubectl(['apply', '--dry-run=server', '-o', 'name', '-f', '-'], printed.stdout);
    expect(answer.trim().split('\n')).toEqual([
      `secret/${secret.metadata.name}`,
      `job.batch/${job.metadata.name}`,
    ]);
    const document = await folder.json([...run, '--dry-run', '--secret', 'TOKEN'], secrets);
    expect(document.data).toMatchObject({ kind: 'List', items: [{ kind: 'Secret' }, { kind: 'Job' }] });
    expect(jobs(job.metadata.labels['slipway.run'])).toEqual([]);
    expect((await folder.json(['ps', '--all'], env)).data).toEqual([]);
  });

  it('lets --memory, --cpus and --env of the call count before what project.yaml says of pods', async () => {
    const words = ['--memory', '4Gi', '--cpus', '2', '--env', 'LEVEL=call', '--dry-run'];
    const { data, stderr } = await project().json([...run, ...words], env);
    const [, job] = data?.items ?? [];
    const [container] = job?.spec.template.spec.containers ?? [];
    expect(container, stderr).toMatchObject({
      resources: { requests: { cpu: '2', memory: '4294967296' }, limits: { memory: '4294967296' } },
    });
    expect(container.env).toContainEqual({ name: 'LEVEL', value: 'call' });
  });

  it.each<[string, readonly string[], string, string]>([
    ['no registry', ['--image-name', '127.0.0.1:1/e2e/x'], 'REGISTRY_UNREACHABLE', '127.0.0.1:1'],
    ['a context that is not there', ['--context', 'nowhere'], 'KUBECONFIG_INVALID', '"nowhere"'],
    ['a kubeconfig that is not there', ['--kubeconfig', 'none.yaml'], 'KUBECONFIG_INVALID', 'none.yaml'],
    ['a namespace that is not there', ['--namespace', 'nowhere'], 'KUBERNETES_NOT_FOUND', '"nowhere"'],
    ['an image that is not there', ['--image', 'REGISTRY/e2e/nothing:1'], 'IMAGE_NOT_FOUND', 'e2e/nothing'],
    [
      'a pod option that does not exist',
      ['--kubernetes', 'memory=1Gi'],
      'INVALID_KUBERNETES_OPTIONS',
      '"memory"',
    ],
    [
      'an address that only this machine knows',
      ['--tracking-address', '127.0.0.1'],
      'TRACKING_ADDRESS_NEEDED',
      '"127.0.0.1"',
    ],
  ])(
    'refuses %s before anything starts',
    async (_, args, code, text) => {
      const folder = project();
      const given = args.map((arg) => arg.replace('REGISTRY', cluster.registry));
      const answer = await folder.json([...run, ...given], env);
      expect(answer.data.error).toMatchObject({ code, message: expect.stringContaining(text) });
      expect(answer.data.error.hint).not.toBe('');
      expect((await folder.json(['ps', '--all'], env)).data).toEqual([]);
    },
    120_000,
  );

  it('refuses to run where nothing says where images go', async () => {
    const folder = createFolder({ 'train.ts': source, 'data.txt': 'x' });
    const answer = await folder.json([...run, '--runtime', 'kubernetes', '--namespace', namespace], env);
    expect([answer.code, answer.data.error.code]).toEqual([2, 'IMAGE_OPTIONS_INVALID']);
    expect(answer.data.error.hint).toContain('--image-name');
  });
});

function schemaErrors(openApi: Json, name: string, value: unknown): unknown {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile({ ...openApi, $ref: `#/components/schemas/${name}` });
  validate(value);
  return validate.errors ?? [];
}
