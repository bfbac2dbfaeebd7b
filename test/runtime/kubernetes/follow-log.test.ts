import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import type { ApiClient } from '../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { PodObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { watchObjects } from '../../../src/runtime/kubernetes/api/watch-objects.ts';
import { type FollowedLog, followLog } from '../../../src/runtime/kubernetes/logs/follow-log.ts';
import { LogWindow } from '../../../src/runtime/kubernetes/logs/log-window.ts';
import { renderJob } from '../../../src/runtime/kubernetes/manifest/render-job.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { describeWith } from '../../setup/components.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { exampleJob } from './example-job.ts';

describeWith(['kubernetes'], "a pod's log", () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-log-'));
  let cluster: TestCluster;
  let namespace: string;
  let image: string;
  let proxy: CuttingProxy;
  let client: ApiClient;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    image = await cluster.nodeImage();
    proxy = await startCuttingProxy(cluster.kubeconfig, path.join(folder, 'kubeconfig'));
    client = await connectCluster({ kubeconfig: proxy.kubeconfig, namespace });
  });

  afterAll(async () => {
    cluster?.deleteNamespace(namespace);
    await proxy?.close();
    rmSync(folder, { recursive: true });
  });

  it('is neither lost nor doubled across 20 broken connections to a pod that writes without pause', async () => {
    // some lines at once, equal ones among them, on both streams
    const script = `let n = 0;
const timer = setInterval(() => {
  for (let i = 0; i < 20; i++) (n % 7 ? process.stdout : process.stderr).write('line ' + n++ + '\\n');
  process.stdout.write('same\\nsame\\n');
  if (n >= 8000) { clearInterval(timer); process.stdout.write('the end, without one'); }
}, 20);`;
    let cuts = 0;
    const { lines, end } = await follow(script, (count) => {
      if (cuts >= 20 || count < (cuts + 1) * 350) return;
      cuts += 1;
      proxy.cut();
    });
    expect(cuts).toBe(20);
    expect(end).toEqual({ complete: true });
    const numbers = lines.filter((line) => line.startsWith('line ')).map((line) => Number(line.slice(5)));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 8000 }, (_, index) => index));
    expect(lines.filter((line) => line === 'same')).toHaveLength(800);
    expect(lines.at(-1)).toBe('the end, without one');
  }, 150_000);

  it('is read to its end when the pod is gone quickly', async () => {
    const { lines, end } = await follow('console.log("only this"); process.exit(4)');
    expect(lines).toEqual(['only this']);
    expect(end).toEqual({ complete: true });
  });

  it('says that it is not complete when the pod was deleted first', async () => {
    const source = { namespace, pod: 'never-was', container: 'main' };
    const reading = followLog(client, {
      ...source,
      ended: Promise.resolve(),
      signal: new AbortController().signal,
    });
    expect(await collect(reading)).toEqual({ lines: [], end: { complete: false } });
  });

  /** Runs a script in a pod and follows its log to the end. */
  async function follow(
    script: string,
    onLine: (count: number) => void = () => undefined,
  ): Promise<{ lines: string[]; end: FollowedLog }> {
    const uid = createUid();
    const options = { namespace, requests: { cpu: '100m' } };
    const manifest = renderJob({ job: exampleJob({ uid }), options, image, args: ['-e', script] });
    await client.request('POST', `/apis/batch/v1/namespaces/${namespace}/jobs`, { body: manifest });
    const stop = new AbortController();
    const pod = await podOf(uid, stop.signal);
    const ended = untilEnded(uid, stop.signal);
    const source = { namespace, pod: pod.metadata?.name ?? '', container: 'main' };
    const reading = followLog(client, { ...source, ended, signal: stop.signal });
    const result = await collect(reading, onLine);
    stop.abort();
    return result;
  }

  async function podOf(uid: string, signal: AbortSignal): Promise<PodObject> {
    for await (const pod of podsOf(uid, signal)) return pod;
    throw new Error('there is no pod');
  }

  async function untilEnded(uid: string, signal: AbortSignal): Promise<void> {
    for await (const { status } of podsOf(uid, signal))
      if (status?.containerStatuses?.some(({ state }) => state?.terminated)) return;
  }

  async function* podsOf(uid: string, signal: AbortSignal): AsyncGenerator<PodObject> {
    const labelSelector = `slipway.run=${uid}`;
    const request = { path: `/api/v1/namespaces/${namespace}/pods`, labelSelector, signal };
    for await (const change of watchObjects<PodObject>(client, request))
      if (change.type === 'added' || change.type === 'modified') yield change.object;
  }
});

async function collect(
  reading: ReturnType<typeof followLog>,
  onLine: (count: number) => void = () => undefined,
): Promise<{ lines: string[]; end: FollowedLog }> {
  const lines: string[] = [];
  for (;;) {
    const { done, value } = await reading.next();
    if (done) return { lines, end: value };
    lines.push(value.text);
    onLine(lines.length);
  }
}

describe('lines that come again', () => {
  const at = (second: number, text: string): { time: string; text: string } => ({
    time: `2026-01-01T00:00:0${second}.5Z`,
    text,
  });

  it('are told once, but as often as they were written', () => {
    const window = new LogWindow();
    const written = [at(1, 'a'), at(1, 'a'), at(2, 'b')];
    expect(written.map((line) => window.accept(line))).toEqual([true, true, true]);
    expect(window.since()).toBe('2026-01-01T00:00:01Z');
    window.reopen();
    expect([...written, at(2, 'b'), at(2, 'c')].map((line) => window.accept(line))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it('are forgotten when they cannot come again', () => {
    const window = new LogWindow();
    window.accept(at(1, 'a'));
    window.accept(at(5, 'b'));
    window.reopen();
    expect(window.accept(at(1, 'a'))).toBe(true);
  });
});
