import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import type { ApiClient } from '../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { PodObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { watchObjects } from '../../../src/runtime/kubernetes/api/watch-objects.ts';
import { followLog } from '../../../src/runtime/kubernetes/logs/follow-log.ts';
import { renderJob } from '../../../src/runtime/kubernetes/manifest/render-job.ts';
import { renderNodeImage } from '../../cluster/images/node-image.ts';
import { pushSimpleImage } from '../../cluster/images/provide-image.ts';
import { clusterFolders } from '../../cluster/layout.ts';
import { restartApiServer } from '../../cluster/restart-api-server.ts';
import { until } from '../../cluster/until.ts';
import { down, up } from '../../cluster/up.ts';
import { describeWith } from '../../setup/components.ts';
import { exampleJob } from './example-job.ts';

/** A cluster of its own: others would not like their API server to be killed. */
const name = `restart-${process.pid}`;
const namespace = 'default';
const lineCount = 600;

describeWith(['kubernetes'], 'while the API server is killed and started again', () => {
  let client: ApiClient;
  let image: string;

  beforeAll(async () => {
    const state = await up({ name });
    image = pushSimpleImage(await renderNodeImage(), `127.0.0.1:${state.registryPort}/slipway-test/node`);
    client = await connectCluster({ kubeconfig: clusterFolders(name).kubeconfig });
  });

  afterAll(() => down(name));

  it('a run is watched to its end, and its log is neither lost nor doubled', async () => {
    const uid = createUid();
    // 600 lines in about 15 seconds
    const script = `let n = 0; const t = setInterval(() => { console.log(n++); if (n === ${lineCount}) clearInterval(t); }, 25)`;
    const manifest = renderJob({
      job: exampleJob({ uid }),
      options: { namespace },
      image,
      args: ['-e', script],
    });
    await client.request('POST', `/apis/batch/v1/namespaces/${namespace}/jobs`, { body: manifest });
    const stop = new AbortController();
    let restarted: Promise<unknown> | undefined;
    onTestFinished(async () => {
      stop.abort();
      // a second try begins with a server that is back
      await restarted?.catch(() => undefined);
    });
    const watched = watchPod(uid, stop.signal);
    const pod = await watched.running;
    const reading = followLog(client, {
      namespace,
      pod: pod.metadata?.name ?? '',
      container: 'main',
      ended: watched.ended,
      signal: stop.signal,
    });
    const lines: string[] = [];
    for await (const { text } of reading) {
      lines.push(text);
      if (lines.length !== 100) continue;
      restarted = restartApiServer(name, untilInterrupted(watched.interruptions));
      // it is awaited below, but may fail before
      restarted.catch(() => undefined);
    }
    await restarted;
    const last = await watched.ended;
    stop.abort();
    expect(lines.map(Number)).toEqual(Array.from({ length: lineCount }, (_, index) => index));
    expect(last.status?.phase).toBe('Succeeded');
    expect(watched.interruptions.length).toBeGreaterThan(0);
    expect(watched.synced()).toBeGreaterThanOrEqual(1);
  }, 300_000);

  interface WatchedPod {
    readonly running: Promise<PodObject>;
    readonly ended: Promise<PodObject>;
    readonly interruptions: readonly unknown[];
    synced(): number;
  }

  function watchPod(uid: string, signal: AbortSignal): WatchedPod {
    const interruptions: unknown[] = [];
    let syncs = 0;
    const running = deferred<PodObject>();
    const ended = deferred<PodObject>();
    const request = {
      path: `/api/v1/namespaces/${namespace}/pods`,
      labelSelector: `slipway.run=${uid}`,
      signal,
    };
    void (async () => {
      for await (const change of watchObjects<PodObject>(client, request)) {
        if (change.type === 'interrupted') interruptions.push(change.error);
        else if (change.type === 'synced') syncs += 1;
        else if (change.type !== 'deleted') {
          const { phase } = change.object.status ?? {};
          if (phase === 'Running') running.resolve(change.object);
          if (phase === 'Succeeded' || phase === 'Failed') ended.resolve(change.object);
        }
      }
    })().catch(ended.reject);
    return { running: running.promise, ended: ended.promise, interruptions, synced: () => syncs };
  }
});

/** Waits until the watch has noticed that the server is gone. */
function untilInterrupted(interruptions: readonly unknown[]): () => Promise<void> {
  return async () => {
    await until(() => interruptions.length > 0, { describe: () => 'the watch does not notice' });
  };
}

function deferred<Value>(): {
  promise: Promise<Value>;
  resolve: (value: Value) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
