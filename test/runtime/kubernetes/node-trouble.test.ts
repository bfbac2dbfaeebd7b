import { afterAll, beforeEach, expect, it } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import type { ApiClient } from '../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { NodeObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { followRun, type RunSighting } from '../../../src/runtime/kubernetes/follow/follow-run.ts';
import {
  type NamespaceWatch,
  watchNamespace,
} from '../../../src/runtime/kubernetes/follow/namespace-watch.ts';
import { followLog } from '../../../src/runtime/kubernetes/logs/follow-log.ts';
import { renderJob } from '../../../src/runtime/kubernetes/manifest/render-job.ts';
import { readClusterState } from '../../cluster/cluster-state.ts';
import { killComponent } from '../../cluster/component.ts';
import { renderNodeImage } from '../../cluster/images/node-image.ts';
import { pushSimpleImage } from '../../cluster/images/provide-image.ts';
import { clusterFolders } from '../../cluster/layout.ts';
import { inside } from '../../cluster/namespaces.ts';
import { nodeName } from '../../cluster/node-components.ts';
import { until } from '../../cluster/until.ts';
import { deadParts, down, up } from '../../cluster/up.ts';
import { describeWith } from '../../setup/components.ts';
import { onBusyMachines } from '../../setup/on-busy-machines.ts';
import { exampleJob } from './example-job.ts';

/** A cluster of its own: its node rotates logs early, and is lost in the end. */
const name = `node-${process.pid}`;
const namespace = 'default';
const lineCount = 6000;

describeWith(['kubernetes'], 'on a node of its own', () => {
  let client: ApiClient;
  let watch: NamespaceWatch;
  let isOpen = false;
  let image: string;

  /** A node that the test before, or the first try of this one, has killed is replaced by a new one. */
  beforeEach(async () => {
    const known = readClusterState(name);
    if (isOpen && known && deadParts(known).length === 0) return;
    isOpen = false;
    watch?.close();
    const state = await up({ name, logSize: '40Ki', nodeGraceSeconds: 8 });
    image = pushSimpleImage(await renderNodeImage(), `127.0.0.1:${state.registryPort}/slipway-test/node`);
    client = await connectCluster({ kubeconfig: clusterFolders(name).kubeconfig });
    watch = watchNamespace(client, namespace);
    await watch.synced;
    isOpen = true;
  });

  afterAll(async () => {
    watch?.close();
    await down(name);
  });

  async function start(script: string): Promise<string> {
    const uid = createUid();
    const options = { namespace, requests: { cpu: '10m' } };
    const body = renderJob({ job: exampleJob({ uid }), options, image, args: ['-e', script] });
    await client.request('POST', `/apis/batch/v1/namespaces/${namespace}/jobs`, { body });
    await until(() => watch.objects(uid).pods[0]?.status?.phase === 'Running', {
      describe: () => 'it does not run',
      timeoutMs: 120_000,
    });
    return uid;
  }

  /** Files of the log of a pod's container, on the node: the one that is written, and those it was rotated to. */
  function logFiles(uid: string): string[] {
    const { holder } = readClusterState(name) ?? {};
    if (!holder) throw new Error('the cluster is not running');
    const pod = watch.objects(uid).pods[0]?.metadata;
    const folder = `/var/log/pods/${namespace}_${pod?.name}_${pod?.uid}/main`;
    return inside(holder, ['ls', folder]).trim().split('\n');
  }

  it("a run's log is neither lost nor doubled while it is rotated away again and again", async () => {
    // some 400 KB in half a minute
    const script = `let n = 0;
const timer = setInterval(() => {
  for (let i = 0; i < 10; i++) console.log('line', n++, '-'.repeat(20));
  if (n === ${lineCount}) clearInterval(timer);
}, 50);`;
    const uid = await start(script);
    const ended = until(() => watch.objects(uid).pods[0]?.status?.phase === 'Succeeded', {
      describe: () => 'it does not end',
      timeoutMs: 240_000,
    });
    // the log is read until then, unless the test fails before
    ended.catch(() => undefined);
    const pod = watch.objects(uid).pods[0]?.metadata?.name ?? '';
    const source = { namespace, pod, container: 'main', ended, signal: AbortSignal.timeout(300_000) };
    const numbers: number[] = [];
    const rotated = new Set<string>();
    for await (const { text } of followLog(client, source)) {
      numbers.push(Number(text.split(' ')[1]));
      // a rotated file is named by its time
      if (numbers.length % 500 === 0)
        for (const file of logFiles(uid))
          if (file !== '0.log') rotated.add(file.replace(/\.(?:gz|tmp)$/, ''));
    }
    expect(rotated.size).toBeGreaterThanOrEqual(3);
    expect(numbers).toEqual(Array.from({ length: lineCount }, (_, index) => index));
  }, 420_000);

  it('a run is known to be lost within 5 seconds of the API showing that its node is', {
    timeout: 400_000,
    ...onBusyMachines,
  }, async () => {
    const uid = await start('setInterval(() => {}, 1000)');
    const signal = AbortSignal.timeout(180_000);
    const lost = untilLost(uid, signal);
    const kubelet = readClusterState(name)?.components.kubelet;
    if (!kubelet) throw new Error('the kubelet is not recorded');
    await killComponent(kubelet);
    const shown = until(isShown, {
      describe: () => 'the node is not missed',
      timeoutMs: 150_000,
      everyMs: 20,
    }).then(() => performance.now());
    const [{ sighting, at }, shownAt] = await Promise.all([lost, shown]);
    expect(sighting.diagnosis).toMatchObject({ trouble: 'node-lost', verdict: 'retry' });
    expect(sighting.diagnosis?.error).toMatchObject({ code: 'POD_LOST' });
    expect(sighting.diagnosis?.error.message).toContain(`on node "${nodeName}" was on a node that is gone`);
    expect(at - shownAt).toBeLessThan(5000);
  });

  async function untilLost(uid: string, signal: AbortSignal): Promise<{ sighting: RunSighting; at: number }> {
    const follow = { uid, pendingSeconds: 60, imagePullSeconds: 60, signal };
    for await (const sighting of followRun(watch, follow))
      if (sighting.diagnosis) return { sighting, at: performance.now() };
    throw new Error('nothing was said about it');
  }

  /** Whether whoever asks the API server is told that the node is not heard of. */
  async function isShown(): Promise<boolean> {
    const node = await client.request<NodeObject>('GET', `/api/v1/nodes/${nodeName}`);
    return (
      node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'Unknown') ?? false
    );
  }
});
