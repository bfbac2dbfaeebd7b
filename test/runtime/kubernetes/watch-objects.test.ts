import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
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
  });

  afterAll(async () => {
    cluster?.deleteNamespace(namespace);
    await proxy?.close();
    rmSync(folder, { recursive: true });
  });

  const configMaps = (): string => `/api/v1/namespaces/${namespace}/configmaps`;

  /** What a watch has told, of objects with a label and names of their own. */
  interface Heard {
    readonly id: string;
    readonly told: string[];
    interruptions: number;
  }
  const listen = (): Heard => ({ id: createUid(), told: [], interruptions: 0 });

  it('tells each of 60 creations and deletions once, across 20 broken connections', async () => {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const heard = listen();
    const { id, told } = heard;
    let changes: Promise<void> | undefined;
    const request = { path: configMaps(), labelSelector: `test=${id}`, signal: stop.signal };
    for await (const change of watchObjects<ApiObject>(watched, request)) {
      if (change.type === 'synced' && told.length === 0) {
        changes = makeChanges(heard, stop.signal);
        // awaited below, unless the test fails before
        changes.catch(() => undefined);
      } else if (change.type === 'interrupted') heard.interruptions += 1;
      else if (change.type !== 'synced') told.push(`${change.type} ${change.object.metadata?.name}`);
      if (told.length === 120) stop.abort();
    }
    await changes;
    expect(heard.interruptions).toBe(20);
    const names = Array.from({ length: 60 }, (_, index) => `${id}-${index}`);
    expect(told.filter((line) => line.startsWith('added')).sort()).toEqual(
      names.map((name) => `added ${name}`).sort(),
    );
    expect(told.filter((line) => line.startsWith('deleted')).sort()).toEqual(
      names.map((name) => `deleted ${name}`).sort(),
    );
  });

  /** Cuts when the watch is known to be connected, and waits until it has noticed. */
  async function breakConnection(heard: Heard, line: string): Promise<void> {
    await until(() => heard.told.includes(line), { describe: () => `"${line}" is not told`, everyMs: 10 });
    const before = heard.interruptions;
    proxy.cut();
    await until(() => heard.interruptions > before, {
      describe: () => 'the cut is not noticed',
      everyMs: 10,
    });
  }

  /** Ends early with the test: the connections that it cuts are those of the next ones, too. */
  async function makeChanges(heard: Heard, signal: AbortSignal): Promise<void> {
    for (let index = 0; index < 60 && !signal.aborted; index++) {
      const name = `${heard.id}-${index}`;
      const body = { metadata: { name, labels: { test: heard.id } } };
      await direct.request('POST', configMaps(), { body });
      if (index % 3 === 0) await breakConnection(heard, `added ${name}`);
      await direct.request('DELETE', `${configMaps()}/${name}`);
    }
  }

  it('tells of what was deleted while it could not look', async () => {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const { id, told } = listen();
    for (const name of [`${id}-kept`, `${id}-gone`])
      await direct.request('POST', configMaps(), { body: { metadata: { name, labels: { test: id } } } });
    const request = { path: configMaps(), labelSelector: `test=${id}`, signal: stop.signal, resyncMs: 0 };
    for await (const change of watchObjects<ApiObject>(watched, request)) {
      if (change.type === 'synced' && told.length === 2) {
        void direct.request('DELETE', `${configMaps()}/${id}-gone`).then(() => proxy.cut());
      } else if (change.type !== 'synced' && change.type !== 'interrupted')
        told.push(`${change.type} ${change.object.metadata?.name}`);
      if (told.length === 3) stop.abort();
    }
    expect(told.sort()).toEqual([`added ${id}-gone`, `added ${id}-kept`, `deleted ${id}-gone`]);
  });

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
