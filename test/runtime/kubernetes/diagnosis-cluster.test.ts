import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import type {
  ApiObject,
  EventObject,
  JobObject,
  NodeObject,
  PodObject,
} from '../../../src/runtime/kubernetes/api/objects.ts';
import { diagnoseJob } from '../../../src/runtime/kubernetes/diagnosis/diagnose-job.ts';
import { diagnosePod } from '../../../src/runtime/kubernetes/diagnosis/diagnose-pod.ts';
import type { Diagnosis } from '../../../src/runtime/kubernetes/diagnosis/diagnosis.ts';
import { renderJob } from '../../../src/runtime/kubernetes/manifest/render-job.ts';
import { clusterFolders, programs } from '../../cluster/layout.ts';
import { addRegistryHost } from '../../cluster/registry.ts';
import { sharedName, type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { describeWith } from '../../setup/components.ts';
import { exampleJob } from './example-job.ts';
import { startLockedRegistry } from './locked-registry.ts';
import {
  quotaCase,
  refusedCases,
  type Surroundings,
  type TroubleCase,
  troubleCases,
  webhookCase,
} from './trouble-cases.ts';

const run = promisify(execFile);
const placeholders: Surroundings = {
  registry: '',
  lockedRegistry: '',
  closedPort: '',
  tainted: '',
  lostNode: '',
};

describeWith(['kubernetes'], 'trouble on the real cluster', () => {
  let cluster: TestCluster;
  let image: string;
  const namespaces: Record<string, string> = {};
  const suffix = createUid().slice(-6);
  const at = { tainted: `tainted-${suffix}`, lostNode: `lost-${suffix}` };
  let registry: Awaited<ReturnType<typeof startLockedRegistry>> | undefined;
  let cases: Readonly<Record<string, TroubleCase>> = {};

  beforeAll(async () => {
    cluster = await testCluster();
    image = await cluster.nodeImage();
    const host = cluster.local?.hostAddress ?? '127.0.0.1';
    registry = await startLockedRegistry(host);
    const closedPort = `${host}:1`;
    for (const address of [registry.address, closedPort])
      addRegistryHost(clusterFolders(sharedName).config, address);
    cluster.kubectl(['create', '-f', '-'], JSON.stringify(nodes(at)));
    for (const name of ['plain', 'quota', 'webhook']) namespaces[name] = cluster.createNamespace();
    cases = troubleCases({ ...at, registry: cluster.registry, lockedRegistry: registry.address, closedPort });
    const jobs = Object.entries({ ...cases, ...refusedCases }).map(([name, one]) => job(name, one, 'plain'));
    refuseEverything();
    const items = [...jobs, job('webhook', webhookCase, 'webhook'), job('quota', quotaCase, 'quota')];
    cluster.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  });

  afterAll(async () => {
    for (const namespace of Object.values(namespaces)) cluster.deleteNamespace(namespace);
    const names = [at.lostNode, `${at.tainted}-a`, `${at.tainted}-b`];
    cluster?.kubectl(['delete', 'node', '--ignore-not-found', ...names]);
    cluster?.kubectl(['delete', 'validatingwebhookconfiguration', '--ignore-not-found', `deaf-${suffix}`]);
    await registry?.stop();
  });

  it.each(Object.keys({ ...troubleCases(placeholders), ...refusedCases }))(
    '"%s" is found out',
    async (name) => {
      const one = cases[name] ?? refusedCases[name];
      if (!one) throw new Error(`there is no case "${name}"`);
      await expectDiagnosis(name, one, 'plain');
    },
    150_000,
  );

  it('a quota that is used up is found out', () => expectDiagnosis('quota', quotaCase, 'quota'), 60_000);

  it(
    'a webhook that does not answer is found out',
    () => expectDiagnosis('webhook', webhookCase, 'webhook'),
    60_000,
  );

  async function expectDiagnosis(
    name: string,
    { trouble, verdict, message }: TroubleCase,
    place: string,
  ): Promise<void> {
    let last: Diagnosis | undefined;
    const found = await until(
      async () => {
        const seen = await look(namespaces[place] ?? '', name);
        last = diagnose(seen);
        if (last?.trouble !== trouble || last.verdict !== verdict) return undefined;
        keep(name, seen);
        return last;
      },
      {
        describe: () => `"${name}" is not found out, but ${JSON.stringify(last)}`,
        timeoutMs: 140_000,
        everyMs: 500,
      },
    );
    expect(found.error.message).toMatch(message);
    expect(found.error.hint).toBeTruthy();
  }

  function job(
    name: string,
    { options = {}, script = '0', image: own, command }: TroubleCase,
    place: string,
  ): unknown {
    const small = { requests: { cpu: '10m' }, ...options, namespace: namespaces[place] ?? '' };
    const request = { job: exampleJob({ name, uid: createUid() }), options: small, image: own ?? image };
    const manifest = renderJob({ ...request, ...(command ? { command } : { args: ['-e', script] }) });
    return { ...manifest, metadata: { ...manifest.metadata, name } };
  }

  /** Makes namespaces that refuse every pod. */
  function refuseEverything(): void {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'no-pods', namespace: namespaces.quota },
    };
    const webhook = {
      name: 'deaf.slipway.test',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      timeoutSeconds: 1,
      failurePolicy: 'Fail',
      clientConfig: { url: 'https://127.0.0.1:1/' },
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespaces.webhook } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    };
    const configuration = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `deaf-${suffix}` },
      webhooks: [webhook],
    };
    const items = [{ ...quota, spec: { hard: { pods: '0' } } }, configuration];
    cluster.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }

  async function look(namespace: string, name: string): Promise<Seen> {
    const get = async <Kind>(...what: string[]): Promise<readonly Kind[]> => {
      const args = ['--kubeconfig', cluster.kubeconfig, 'get', ...what, '-o', 'json'];
      const { stdout } = await run(existsSync(programs.kubectl) ? programs.kubectl : 'kubectl', args, {
        maxBuffer: 1 << 26,
      });
      return (JSON.parse(stdout) as { items: readonly Kind[] }).items;
    };
    const objects = await get<ApiObject>('jobs,pods,events', '-n', namespace);
    const ofKind = <Kind>(kind: string): Kind[] => objects.filter((object) => object.kind === kind) as Kind[];
    const pods = ofKind<PodObject>('Pod').filter(({ metadata }) => metadata?.labels?.['job-name'] === name);
    const pod = pods.find(({ status }) => status?.phase === 'Failed') ?? pods[0];
    const nodes = await get<NodeObject>('nodes');
    const node = nodes.find(({ metadata }) => metadata?.name === pod?.spec?.nodeName);
    const names = [name, pod?.metadata?.name];
    return {
      job: ofKind<JobObject>('Job').find(({ metadata }) => metadata?.name === name) ?? {},
      events: ofKind<EventObject>('Event').filter(({ involvedObject }) =>
        names.includes(involvedObject?.name),
      ),
      ...(pod ? { pod } : {}),
      ...(node ? { node } : {}),
      nodes: nodes.filter(({ metadata }) => metadata?.labels?.['slipway.test/tainted'] === at.tainted),
    };
  }
});

interface Seen {
  readonly job: JobObject;
  readonly pod?: PodObject;
  readonly node?: NodeObject;
  readonly nodes: readonly NodeObject[];
  readonly events: readonly EventObject[];
}

function diagnose({ job, pod, node, nodes, events }: Seen): Diagnosis | undefined {
  const patience = { now: Date.now(), pendingSeconds: 600, imagePullSeconds: 600 };
  const found = pod && diagnosePod(pod, { events, nodes, ...(node ? { node } : {}), patience });
  return found ?? diagnoseJob(job, events);
}

/** Fields that no diagnosis reads and that would only make the kept objects long. */
const unread = new Set([
  'addresses',
  'allocatable',
  'annotations',
  'capacity',
  'daemonEndpoints',
  'env',
  'finalizers',
  'images',
  'managedFields',
  'nodeInfo',
  'ownerReferences',
  'podFailurePolicy',
  'runtimeHandlers',
  'securityContext',
  'tolerations',
  'volumeMounts',
  'volumes',
]);

/** With SLIPWAY_UPDATE_FIXTURES the objects are kept for the tests that need no cluster. */
function keep(name: string, seen: Seen): void {
  if (process.env.SLIPWAY_UPDATE_FIXTURES === undefined) return;
  const folder = path.resolve('test/runtime/kubernetes/fixtures');
  mkdirSync(folder, { recursive: true });
  const slim = JSON.stringify(seen, (key, value) => (unread.has(key) ? undefined : value), 1);
  writeFileSync(path.join(folder, `${name}.json`), `${slim}\n`);
}

/** Nodes without a machine: two that take no pods, and one that is never heard of. */
function nodes({ tainted, lostNode }: Pick<Surroundings, 'tainted' | 'lostNode'>): unknown {
  const taints = [{ key: 'slipway.test/dedicated', value: 'ml', effect: 'NoSchedule' }];
  const node = (name: string, fields: object): unknown => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'slipway.test/tainted': tainted } },
    spec: { taints },
    ...fields,
  });
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady' };
  const status = {
    capacity: { cpu: '4', memory: '8Gi', pods: '10' },
    allocatable: { cpu: '4', memory: '8Gi', pods: '10' },
    conditions: [ready],
  };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [node(`${tainted}-a`, { status }), node(`${tainted}-b`, { status }), node(lostNode, {})],
  };
}
