import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../../../src/core/id.ts';
import type { ApiClient, Method } from '../../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { JobObject } from '../../../../src/runtime/kubernetes/api/objects.ts';
import { createRunObjects } from '../../../../src/runtime/kubernetes/api/run-objects.ts';
import { kubernetesNotFound } from '../../../../src/runtime/kubernetes/errors.ts';
import { followRun, type RunSighting } from '../../../../src/runtime/kubernetes/follow/follow-run.ts';
import { watchNamespace } from '../../../../src/runtime/kubernetes/follow/namespace-watch.ts';
import { followLog } from '../../../../src/runtime/kubernetes/logs/follow-log.ts';
import { renderDelivery } from '../../../../src/runtime/kubernetes/manifest/render-delivery.ts';
import { renderJob } from '../../../../src/runtime/kubernetes/manifest/render-job.ts';
import { type TestCluster, testCluster } from '../../../cluster/test-cluster.ts';
import { until } from '../../../cluster/until.ts';
import { describeWith } from '../../../setup/components.ts';
import { exampleJob } from '../example-job.ts';
import { slipwayOutput } from './slipway-output.ts';

describeWith(['kubernetes'], 'the rights that are rendered', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-rights-'));
  let cluster: TestCluster;
  let namespace: string;
  let elsewhere: string;
  let withArgo: string;
  let client: ApiClient;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    elsewhere = cluster.createNamespace();
    withArgo = cluster.createNamespace();
    for (const [place, more] of [
      [namespace, []],
      [withArgo, ['--argo']],
    ] as const) {
      const words = ['kubernetes', 'manifest', ...more, '--namespace', place, '-o', `${place}/`];
      slipwayOutput(folder, words);
      cluster.kubectl(['apply', '--validate=strict', '-k', path.join(folder, place)]);
    }
    cluster.kubectl(['create', 'secret', 'generic', 'private', '-n', namespace, '--from-literal=a=b']);
    client = await clientOf('slipway-submitter');
  });

  afterAll(() => {
    cluster?.deleteNamespace(namespace);
    cluster?.deleteNamespace(elsewhere);
    cluster?.deleteNamespace(withArgo);
    rmSync(folder, { recursive: true });
  });

  /** A kubeconfig that holds nothing but an account's token. */
  function kubeconfigOf(account: string, place: string): string {
    const token = cluster.kubectl(['create', 'token', account, '--namespace', place]).trim();
    const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { user: object }[] };
    const users = config.users.map((user) => ({ ...user, user: { token } }));
    const file = path.join(folder, `${account}-${place}`);
    writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
    return file;
  }
  const clientOf = (account: string, place = namespace): Promise<ApiClient> =>
    connectCluster({ kubeconfig: kubeconfigOf(account, place), namespace: place });

  /** What an account may do in the namespace beyond what everybody may, a line for each resource. */
  async function rightsOf(account: string, place = namespace): Promise<string[]> {
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: place },
    };
    const address = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const { status } = await (await clientOf(account, place)).request<RulesReview>('POST', address, { body });
    return status.resourceRules
      .filter(({ apiGroups }) => !apiGroups.every((group) => everybody.has(group)))
      .flatMap(({ resources, verbs }) => resources.map((each) => `${each}: ${[...verbs].sort().join(' ')}`))
      .sort();
  }

  it('are these and no others', async () => {
    const own = [
      'events: get list watch',
      'jobs: create delete get list patch watch',
      'pods/log: get',
      'pods: delete get list patch watch',
      'secrets: create',
    ];
    expect(await rightsOf('slipway-submitter')).toEqual(own);
    const more = [
      'configmaps: create',
      'cronworkflows: create get patch',
      'workflows: create delete get list patch watch',
    ];
    expect(await rightsOf('slipway-submitter', withArgo)).toEqual([...own, ...more].sort());
    expect(await rightsOf('slipway-argo', withArgo)).toEqual(['workflowtaskresults: create patch']);
    expect(await rightsOf('slipway-run')).toEqual([]);
  });

  it('are enough to bring a run with its secrets, to watch it, to read its log and to remove it', async () => {
    const watch = watchNamespace(client);
    const signal = AbortSignal.timeout(60_000);
    try {
      const uid = createUid();
      const name = await submit(uid);
      const sightings: RunSighting[] = [];
      let log: Promise<string[]> | undefined;
      for await (const sighting of followRun(watch, {
        ...{ uid, pendingSeconds: 60, imagePullSeconds: 60, signal },
      })) {
        sightings.push(sighting);
        if (sighting.pod && log === undefined) log = readAll(uid, sighting.pod.metadata?.name ?? '');
      }
      expect(sightings.at(-1)?.phase).toBe('succeeded');
      expect(await log).toEqual(['geheim']);
      const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
      await client.request('DELETE', jobs, { query: { propagationPolicy: 'Foreground' } });
      await until(() => isGone(jobs), { describe: () => 'the Job stays' });
      expect(cluster.kubectl(['get', 'secrets,pods', '-n', namespace, '-l', `slipway.run=${uid}`])).toBe('');
    } finally {
      watch.close();
    }

    /** Follows to the end that the pod's status says. */
    async function readAll(uid: string, pod: string): Promise<string[]> {
      const ended = until(() => watch.objects(uid).pods[0]?.status?.phase === 'Succeeded', {
        describe: () => 'it does not end',
      });
      const lines: string[] = [];
      const source = { namespace, pod, container: 'main', ended, signal };
      for await (const line of followLog(client, source)) lines.push(line.text);
      return lines;
    }
  });

  /** As the runtime does it. */
  async function submit(uid: string): Promise<string> {
    const job = exampleJob({ uid });
    const delivery = renderDelivery({ job, secrets: { TOKEN: 'geheim' }, namespace });
    const script = "console.log(require('fs').readFileSync('/run/slipway/secret.TOKEN', 'utf8'))";
    const secretName = delivery.metadata?.name ?? '';
    const options = { namespace, requests: { cpu: '10m' }, serviceAccount: 'slipway-run' };
    const image = await cluster.nodeImage();
    const manifest = renderJob({ job, options, image, delivery: secretName, args: ['-e', script] });
    await createRunObjects(client, namespace, { secret: delivery, job: manifest });
    // asking twice changes nothing
    await createRunObjects(client, namespace, { secret: delivery, job: manifest });
    return manifest.metadata?.name ?? '';
  }

  async function isGone(address: string): Promise<boolean> {
    return client.request('GET', address).then(
      () => false,
      (error: unknown) => {
        if (kubernetesNotFound.is(error)) return true;
        throw error;
      },
    );
  }

  it('of the submitter reach neither secrets, nor shells, nor other namespaces, nor the cluster', async () => {
    const own = `/api/v1/namespaces/${namespace}`;
    const others = `/api/v1/namespaces/${elsewhere}`;
    const asked: [Method, string][] = [
      ['GET', `${own}/secrets`],
      ['GET', `${own}/secrets/private`],
      ['GET', `${own}/secrets?watch=true`],
      ['PUT', `${own}/secrets/private`],
      // the answer to either would show it
      ['PATCH', `${own}/secrets/private`],
      ['DELETE', `${own}/secrets/private`],
      ['DELETE', `${own}/secrets`],
      ['GET', `${own}/configmaps`],
      ['POST', `${own}/pods`],
      ['DELETE', `${own}/pods`],
      ['GET', `${own}/pods/any/exec?command=sh&stdout=true`],
      ['POST', `${own}/pods/any/exec?command=sh&stdout=true`],
      ['GET', `${own}/pods/any/attach`],
      ['POST', `${own}/pods/any/portforward`],
      ['POST', `${own}/pods/any/eviction`],
      ['POST', `${own}/serviceaccounts/default/token`],
      ['POST', `${own}/serviceaccounts`],
      ['GET', `${own}/services`],
      ['POST', `/apis/apps/v1/namespaces/${namespace}/deployments`],
      ['POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`],
      ['PATCH', `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/slipway-submitter`],
      ['DELETE', `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/slipway-default`],
      ['GET', `${others}/pods`],
      ['GET', `${others}/secrets`],
      ['POST', `${others}/secrets`],
      ['POST', `/apis/batch/v1/namespaces/${elsewhere}/jobs`],
      ['GET', `/apis/batch/v1/namespaces/${elsewhere}/jobs`],
      ['GET', '/api/v1/pods'],
      ['GET', '/api/v1/secrets'],
      ['GET', '/api/v1/namespaces'],
      ['GET', '/api/v1/nodes'],
      ['DELETE', '/api/v1/nodes/node1'],
      ['DELETE', own],
      ['PATCH', own],
    ];
    const answers = await Promise.all(asked.map(([method, address]) => answerTo(client, method, address)));
    expect(asked.map((each, index) => [...each, answers[index]])).toEqual(
      asked.map((each) => [...each, 'KUBERNETES_REFUSED 403']),
    );
  });

  it('of runs, and of what Argo starts for them, reach nothing', async () => {
    for (const [account, place] of [
      ['slipway-run', namespace],
      ['slipway-argo', withArgo],
    ] as const) {
      const other = await clientOf(account, place);
      const own = `/api/v1/namespaces/${place}`;
      for (const [method, address] of [
        ['GET', `${own}/pods`],
        ['GET', `${own}/secrets`],
        ['POST', `/apis/batch/v1/namespaces/${place}/jobs`],
        ['GET', '/api/v1/nodes'],
      ] as const)
        expect([account, address, await answerTo(other, method, address)]).toEqual([
          account,
          address,
          'KUBERNETES_REFUSED 403',
        ]);
    }
  });

  it('let nobody run a pod that restricted pod security refuses', async () => {
    const options = { namespace, allowHostPath: true };
    const job = exampleJob({ uid: createUid() });
    const manifest = renderJob({ job, options, image: await cluster.nodeImage(), args: ['-e', '0'] });
    const pod = manifest.spec?.template.spec;
    if (pod) pod.hostPID = true;
    const { metadata } = await client.request<JobObject>(
      'POST',
      `/apis/batch/v1/namespaces/${namespace}/jobs`,
      { body: manifest },
    );
    const events = async (): Promise<string | undefined> => {
      const { items } = await client.request<{ items: { message?: string; reason?: string }[] }>(
        'GET',
        `/api/v1/namespaces/${namespace}/events`,
        { query: { fieldSelector: `involvedObject.name=${metadata?.name}` } },
      );
      return items.find(({ reason }) => reason === 'FailedCreate')?.message;
    };
    expect(await until(events, { describe: () => 'the pod was not refused' })).toContain('host namespaces');
  });
});

interface RulesReview {
  readonly status: {
    readonly resourceRules: readonly {
      readonly apiGroups: readonly string[];
      readonly resources: readonly string[];
      readonly verbs: readonly string[];
    }[];
  };
}

/** Groups of resources by which everybody asks who they are and what they may. */
const everybody: ReadonlySet<string> = new Set(['authorization.k8s.io', 'authentication.k8s.io']);

async function answerTo(client: ApiClient, method: Method, address: string): Promise<string> {
  const changes = ['POST', 'PUT', 'PATCH'].includes(method);
  try {
    await client.request(method, address, {
      ...(changes ? { body: { metadata: { name: 'any' } } } : {}),
      ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}),
    });
    return 'allowed';
  } catch (error) {
    const { code, details } = error as { code?: string; details?: { status?: number } };
    return `${code} ${details?.status}`;
  }
}
