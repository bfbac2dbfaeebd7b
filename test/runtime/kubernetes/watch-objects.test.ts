import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiClient } from '../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { ApiObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { watchObjects } from '../../../src/runtime/kubernetes/api/watch-objects.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { describeWith } from '../../setup/components.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';

describeWith(['kubernetes'], 'a watch of the real API server', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-watch-'));
  let cluster: TestCluster;
  let namespace: string;
  let proxy: CuttingProxy;
  let watched: ApiClient;
  let direct: ApiClient;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    proxy = await startCuttingProxy(cluster.kubeconfig, path.join(folder, 'kubeconfig'));
    watched = await connectCluster({ kubeconfig: proxy.kubeconfig, namespace });
    direct = await connectCluster({ kubeconfig: cluster.kubeconfig, namespace });
  }, 120_000);

  afterAll(async () => {
    cluster?.deleteNamespace(namespace);
    await proxy?.close();
    rmSync(folder, { recursive: true });
  });

  const configMaps = (): string => `/api/v1/namespaces/${namespace}/configmaps`;

  const told: string[] = [];
  let interruptions = 0;

  it('tells each of 60 creations and deletions once, across 20 broken connections', async () => {
    const stop = new AbortController();
    let changes: Promise<void> | undefined;
    const request = { path: configMaps(), labelSelector: 'test=watch', signal: stop.signal };
    for await (const change of watchObjects<ApiObject>(watched, request)) {
      if (change.type === 'synced' && told.length === 0) changes = makeChanges();
      else if (change.type === 'interrupted') interruptions += 1;
      else if (change.type !== 'synced') told.push(`${change.type} ${change.object.metadata?.name}`);
      if (told.length === 120) stop.abort();
    }
    await changes;
    expect(interruptions).toBe(20);
    const names = Array.from({ length: 60 }, (_, index) => `map-${index}`);
    expect(told.filter((line) => line.startsWith('added')).sort()).toEqual(
      names.map((name) => `added ${name}`).sort(),
    );
    expect(told.filter((line) => line.startsWith('deleted')).sort()).toEqual(
      names.map((name) => `deleted ${name}`).sort(),
    );
  }, 90_000);

  /** Cuts when the watch is known to be connected, and waits until it has noticed. */
  async function breakConnection(heard: string): Promise<void> {
    await until(() => told.includes(heard), { describe: () => `"${heard}" is not told`, everyMs: 10 });
    const before = interruptions;
    proxy.cut();
    await until(() => interruptions > before, { describe: () => 'the cut is not noticed', everyMs: 10 });
  }

  async function makeChanges(): Promise<void> {
    for (let index = 0; index < 60; index++) {
      const name = `map-${index}`;
      const body = { metadata: { name, labels: { test: 'watch' } } };
      await direct.request('POST', configMaps(), { body });
      if (index % 3 === 0) await breakConnection(`added ${name}`);
      await direct.request('DELETE', `${configMaps()}/${name}`);
    }
  }

  it('tells of what was deleted while it could not look', async () => {
    const stop = new AbortController();
    for (const name of ['kept', 'gone'])
      await direct.request('POST', configMaps(), {
        body: { metadata: { name, labels: { test: 'resync' } } },
      });
    const told: string[] = [];
    const request = { path: configMaps(), labelSelector: 'test=resync', signal: stop.signal, resyncMs: 0 };
    for await (const change of watchObjects<ApiObject>(watched, request)) {
      if (change.type === 'synced' && told.length === 2) {
        void direct.request('DELETE', `${configMaps()}/gone`).then(() => proxy.cut());
      } else if (change.type !== 'synced' && change.type !== 'interrupted')
        told.push(`${change.type} ${change.object.metadata?.name}`);
      if (told.length === 3) stop.abort();
    }
    expect(told.sort()).toEqual(['added gone', 'added kept', 'deleted gone']);
  }, 30_000);

  it('ends with the reason when looking is not allowed', async () => {
    const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as {
      users: { user: { token: string } }[];
    };
    const token = cluster.kubectl(['create', 'token', 'default', '-n', namespace]).trim();
    const kubeconfig = path.join(folder, 'nobody');
    writeFileSync(kubeconfig, JSON.stringify({ ...config, users: [{ name: 'user', user: { token } }] }));
    const nobody = await connectCluster({ kubeconfig, namespace });
    const watch = watchObjects(nobody, { path: configMaps(), signal: new AbortController().signal });
    await expect(watch.next()).rejects.toMatchObject({
      code: 'KUBERNETES_REFUSED',
      message: expect.stringContaining(`system:serviceaccount:${namespace}:default`),
    });
  });
});
