import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Job } from '../../../src/runtime/job.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { ApiObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { createKubernetesRuntime } from '../../../src/runtime/kubernetes/kubernetes-runtime.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import type { HttpStore } from '../../../src/tracking/http/http-store.ts';
import { openHttpStore } from '../../../src/tracking/open-http-store.ts';
import { createRuntimeFixture, type RuntimeFixture } from '../../contract/runtime-fixture.ts';
import type { LinkThread } from '../../support/link-thread.ts';
import { serveOverLink } from '../../support/served-link.ts';
import { image } from './example-job.ts';
import { type SmallApi, startSmallApi } from './small-api.ts';

export interface ServedPlace {
  readonly api: SmallApi;
  readonly runtime: Runtime;
  /** The submitter's, over a link. */
  readonly store: HttpStore;
  readonly link: LinkThread;
  /** A pod's. */
  readonly podStore: HttpStore;
  readonly said: readonly string[];
  job(handler: string, change?: Partial<Job>): Job;
}

/** A project on a server; the test is its pods. */
export async function prepareServed(): Promise<ServedPlace> {
  const api = await startSmallApi();
  const fixture: RuntimeFixture = createRuntimeFixture();
  onTestFinished(() => fixture.remove());
  const { url, token, link } = await serveOverLink(path.join(fixture.root, 'served'));
  const open = (address: string, folder: string): HttpStore => {
    const spoolDirectory = path.join(fixture.root, folder);
    const store = openHttpStore({ server: { url: address, token }, project: 'demo', spoolDirectory });
    onTestFinished(() => store.close());
    return store;
  };
  const store = open(link.url, 'spool');
  const said: string[] = [];
  const runtime = createKubernetesRuntime({
    connect: () => connectCluster({ kubeconfig: api.kubeconfig }),
    openRoute: async () => ({ url, token, close: async () => undefined }),
    onProgress: (line) => void said.push(line),
  });
  onTestFinished(() => runtime.close());
  const storeDirectory = path.join(fixture.root, 'spool');
  const job = (handler: string, change: Partial<Job> = {}): Job =>
    fixture.job(handler, { image, project: 'demo', storeDirectory, ...change });
  return { api, runtime, store, link, podStore: open(url, 'pod'), said, job };
}

/** The pod of the only Job, as it runs or has ended. */
export function showPod(api: SmallApi, state: 'running' | 'completed'): void {
  const { labels, name } = api.all('jobs')[0]?.metadata ?? {};
  const annotations = { 'batch.kubernetes.io/job-completion-index': '0' };
  const message = JSON.stringify({ state: 'completed', written: true });
  const ended = { terminated: { exitCode: 0, message } };
  const container = { name: 'main', state: state === 'running' ? { running: {} } : ended };
  const status = { phase: state === 'running' ? 'Running' : 'Succeeded', containerStatuses: [container] };
  const pod = { metadata: { name: `${name}-0`, labels, annotations }, status };
  api.put('pods', pod as ApiObject);
  if (state === 'running') return;
  const conditions = [{ type: 'Complete', status: 'True' }];
  api.put('jobs', { metadata: { name }, status: { conditions } } as ApiObject);
}
