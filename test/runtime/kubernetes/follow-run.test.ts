import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import type { ApiClient } from '../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { JobObject, PodObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { followRun, type RunSighting } from '../../../src/runtime/kubernetes/follow/follow-run.ts';
import {
  type NamespaceWatch,
  watchNamespace,
} from '../../../src/runtime/kubernetes/follow/namespace-watch.ts';
import type { KubernetesOptions } from '../../../src/runtime/kubernetes/manifest/kubernetes-options.ts';
import { ownedByJob, renderDelivery } from '../../../src/runtime/kubernetes/manifest/render-delivery.ts';
import { renderJob } from '../../../src/runtime/kubernetes/manifest/render-job.ts';
import { runSelector } from '../../../src/runtime/kubernetes/manifest/render-pod.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { describeWith } from '../../setup/components.ts';
import { onBusyMachines } from '../../setup/on-busy-machines.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { exampleJob } from './example-job.ts';

describeWith(['kubernetes'], 'a run on the cluster', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-run-'));
  let cluster: TestCluster;
  let namespace: string;
  let image: string;
  let proxy: CuttingProxy;
  let client: ApiClient;
  let direct: ApiClient;
  let watch: NamespaceWatch;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    image = await cluster.nodeImage();
    proxy = await startCuttingProxy(cluster.kubeconfig, path.join(folder, 'kubeconfig'));
    direct = await connectCluster({ kubeconfig: cluster.kubeconfig, namespace });
    client = await connectCluster({ kubeconfig: proxy.kubeconfig, namespace });
    watch = watchNamespace(client);
    await watch.synced;
  });

  afterAll(async () => {
    watch?.close();
    cluster?.deleteNamespace(namespace);
    await proxy?.close();
    rmSync(folder, { recursive: true });
  });

  const jobs = (): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;

  async function start(script: string, options: KubernetesOptions = {}, own = image): Promise<string> {
    const uid = createUid();
    const small = { requests: { cpu: '10m' }, namespace, ...options };
    const body = renderJob({ job: exampleJob({ uid }), options: small, image: own, args: ['-e', script] });
    await direct.request('POST', jobs(), { body });
    return uid;
  }

  async function follow(
    uid: string,
    { pendingSeconds = 600, imagePullSeconds = 90, from = watch } = {},
  ): Promise<RunSighting[]> {
    const sightings: RunSighting[] = [];
    const signal = AbortSignal.timeout(90_000);
    for await (const sighting of followRun(from, { uid, pendingSeconds, imagePullSeconds, signal }))
      sightings.push(sighting);
    return sightings;
  }

  it('is seen pending, running and succeeded, and many share three connections and one for each node', async () => {
    const own = await openCounted();
    const uids = await Promise.all([1, 2, 3].map(() => start('setTimeout(() => {}, 10_000)')));
    const runs = await Promise.all(uids.map((uid) => follow(uid, { from: own.watch })));
    for (const sightings of runs) {
      expect(sightings.at(-1)?.phase).toBe('succeeded');
      expect(sightings.map(({ phase }) => phase)).toContain('running');
      expect(sightings.at(-1)?.diagnosis).toBeUndefined();
    }
    const nodes = new Set(runs.flat().flatMap(({ pod }) => pod?.spec?.nodeName ?? []));
    expect(own.connections()).toBe(3 + nodes.size);
  });

  /** A watch whose connections are counted, and no others: each try begins at none. */
  async function openCounted(): Promise<{ readonly watch: NamespaceWatch; connections(): number }> {
    const counted = await startCuttingProxy(cluster.kubeconfig, path.join(folder, createUid()));
    onTestFinished(() => counted.close());
    const own = watchNamespace(await connectCluster({ kubeconfig: counted.kubeconfig, namespace }));
    onTestFinished(() => own.close());
    await own.synced;
    return { watch: own, connections: counted.connections };
  }

  it('that failed says how', async () => {
    const last = (await follow(await start('process.exit(7)'))).at(-1);
    expect(last?.diagnosis).toMatchObject({ trouble: 'exited', exitCode: 7, verdict: 'fail' });
  });

  it('with an image that does not exist is over within 5 seconds of the API showing it', {
    timeout: 60_000,
    ...onBusyMachines,
  }, async () => {
    const uid = await start('0', {}, `${cluster.registry}/slipway-test/nothing@sha256:${'1'.repeat(64)}`);
    const shown = until(() => isShown(uid), { describe: () => 'no trouble is shown', everyMs: 20 }).then(() =>
      Date.now(),
    );
    const last = (await follow(uid)).at(-1);
    const ended = Date.now();
    expect(last?.diagnosis).toMatchObject({ trouble: 'image-not-found', verdict: 'fail' });
    expect(ended - (await shown)).toBeLessThan(5000);
  });

  /** Whether whoever asks the API server is told that the image cannot be pulled. */
  async function isShown(uid: string): Promise<boolean> {
    const query = { labelSelector: runSelector(uid) };
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { items } = await direct.request<{ items: PodObject[] }>('GET', path, { query });
    return items.some(
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull',
    );
  }

  it('that no node takes is given up when its time to wait is over', async () => {
    const uid = await start('0', { nodeSelector: { disk: 'golden' } });
    const sightings = await follow(uid, { pendingSeconds: 10 });
    expect(sightings.at(-1)?.diagnosis).toMatchObject({ trouble: 'unschedulable-selector', verdict: 'fail' });
    expect(sightings.some(({ diagnosis }) => diagnosis?.verdict === 'wait')).toBe(true);
  });

  it('is found again after its connections broke, and its end is not missed when its Job is deleted', async () => {
    const uid = await start('setInterval(() => {}, 1000)');
    const following = follow(uid);
    await until(() => watch.objects(uid).pods[0]?.status?.phase === 'Running', {
      describe: () => 'it does not run',
    });
    proxy.cut();
    const { job } = watch.objects(uid);
    const query = { propagationPolicy: 'Background', gracePeriodSeconds: 0 };
    await direct.request('DELETE', `${jobs()}/${job?.metadata?.name}`, { query });
    expect((await following).at(-1)?.phase).toBe('gone');
  });

  it('takes the Secret that brought its job along when it goes', async () => {
    const job = exampleJob({ uid: createUid() });
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const delivery = renderDelivery({ job, secrets: { TOKEN: 'geheim' }, namespace });
    const name = delivery.metadata?.name ?? '';
    await direct.request('POST', secrets, { body: delivery });
    const read = `const fs = require('fs'); const job = JSON.parse(fs.readFileSync('/run/slipway/job.json', 'utf8'));
process.exit(job.uid === process.env.SLIPWAY_RUN && fs.readFileSync('/run/slipway/secret.TOKEN', 'utf8') === 'geheim' ? 0 : 1)`;
    const options = { namespace, requests: { cpu: '10m' } };
    const body = renderJob({ job, options, image, delivery: name, args: ['-e', read] });
    const { metadata } = await direct.request<JobObject>('POST', jobs(), { body });
    const owner = ownedByJob({ name: metadata?.name ?? '', uid: metadata?.uid ?? '' });
    await direct.request('PATCH', `${secrets}/${name}`, {
      body: { metadata: { ownerReferences: [owner] } },
      contentType: 'application/merge-patch+json',
    });
    expect((await follow(job.uid)).at(-1)).toMatchObject({ phase: 'succeeded' });
    await direct.request('DELETE', jobs(), {
      query: { labelSelector: runSelector(job.uid), propagationPolicy: 'Background' },
    });
    const names = async (): Promise<string[]> => {
      const { items } = await direct.request<{ items: { metadata: { name: string } }[] }>('GET', secrets);
      return items.map((item) => item.metadata.name);
    };
    await until(async () => !(await names()).includes(name), { describe: () => 'the Secret stays' });
  });
});
