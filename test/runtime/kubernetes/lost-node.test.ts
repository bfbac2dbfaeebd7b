import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import { stopOnCluster } from '../../../src/projects/cluster/stop-on-cluster.ts';
import { openWorkspace } from '../../../src/projects/open-workspace.ts';
import { createJob } from '../../../src/runtime/create-job.ts';
import type { ApiClient } from '../../../src/runtime/kubernetes/api/api-client.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { ApiObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { createKubernetesRuntime } from '../../../src/runtime/kubernetes/kubernetes-runtime.ts';
import { endOrphans } from '../../../src/runtime/kubernetes/orphans/end-orphans.ts';
import { storeLabel } from '../../../src/runtime/kubernetes/store-label.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import { currentProcess } from '../../../src/tracking/process-identity.ts';
import { anyHandler, until } from '../../contract/runtime-fixture.ts';
import { folderWith } from '../../projects/support.ts';
import { image } from './example-job.ts';
import { type SmallApi, startSmallApi } from './small-api.ts';

const project = 'penguins';
const namespace = 'team';

/** A store with a run whose submitter has gone and whose pod is on a node that does not answer. */
async function loseRun() {
  const api = await startSmallApi();
  api.loseNodes();
  const client = await connectCluster({ kubeconfig: api.kubeconfig });
  const directory = folderWith({ 'project.yaml': `name: ${project}\n` });
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const storeDirectory = path.join(directory, '.slipway');
  const store = openLocalStore({ directory: storeDirectory, project });
  onTestFinished(() => store.close());
  const uid = createUid();
  const known = { params: {}, inputs: {}, labels: {}, runtime: 'kubernetes', runKind: 'run' } as const;
  const writer = store.createRun({
    ...known,
    uid,
    name: 'train',
    project,
    cluster: { server: client.server, namespace },
  });
  writer.append({ kind: 'state', state: 'running' });
  writer.close();
  putJob(api, { uid, label: storeLabel(store, storeDirectory) });
  return { api, client, directory, storeDirectory, store, uid };
}

function putJob(api: SmallApi, { uid, label }: { readonly uid: string; readonly label: string }): void {
  const labels = {
    'app.kubernetes.io/managed-by': 'slipway',
    'slipway.run': uid,
    'slipway.attempt': '1',
    'slipway.store': label,
  };
  // a process of this machine that has long ended
  const submitter = JSON.stringify({ ...currentProcess(), startTicks: '1' });
  const metadata = { name: `train-${uid}`, labels, annotations: { 'slipway.run/submitter': submitter } };
  const spec = { template: { spec: { terminationGracePeriodSeconds: 0 } } };
  api.put('jobs', { metadata, spec } as ApiObject);
  const status = { phase: 'Running', containerStatuses: [{ name: 'main', state: { running: {} } }] };
  api.put('pods', { metadata: { name: `train-${uid}-x`, labels }, status } as ApiObject);
}

const taken = expect.stringMatching(
  /a node of Job "train-.*" does not answer: its pods were taken off the cluster/,
);

it('a run that was asked to stop ends without its node, which is told', async () => {
  const { api, client, storeDirectory, store, uid } = await loseRun();
  await store.requestStop(uid, 'enough');
  const said: string[] = [];
  const label = storeLabel(store, storeDirectory);
  const search = { client, namespace, label, store, storeDirectory, forgetAfterMs: 300 };
  expect(await endOrphans({ ...search, onProgress: (line) => void said.push(line) })).toEqual([uid]);
  expect(said).toEqual([taken]);
  expect([api.names('jobs'), api.names('pods')]).toEqual([[], []]);
  expect(await store.getRun(uid)).toMatchObject({ state: 'aborted', reason: 'enough' });
});

it('a run is stopped by name without its node, and says what holds a Job that stays all the same', async () => {
  const { api, directory, store, uid } = await loseRun();
  vi.stubEnv('KUBECONFIG', api.kubeconfig);
  onTestFinished(() => void vi.unstubAllEnvs());
  api.holdBack('jobs');
  const said: string[] = [];
  const onProgress = (line: string): void => void said.push(line);
  const workspace = await openWorkspace({ directory, env: {}, onProgress });
  onTestFinished(() => workspace.close());
  await stopOnCluster(workspace, await store.getRun(uid), 'stopped by name', { forgetAfterMs: 300 });
  expect(said).toEqual([
    expect.stringContaining('which nobody follows any more'),
    taken,
    expect.stringMatching(/Job "train-.*" is being deleted, but something holds it in namespace "team"/),
  ]);
  expect(api.names('pods')).toEqual([]);
  expect(await store.getRun(uid)).toMatchObject({ state: 'aborted', reason: 'stopped by name' });
});

it('a command that runs something else ends, and leaves what it could not end to the next one', async () => {
  const { api, client, directory, storeDirectory, store, uid } = await loseRun();
  await store.requestStop(uid, 'enough');
  const runtime = createKubernetesRuntime({
    connect: async (): Promise<ApiClient> => client,
    openRoute: async () => ({ url: 'http://127.0.0.1:1', token: 'token', close: async () => undefined }),
  });
  const job = createJob({
    project,
    storeDirectory,
    workingDirectory: directory,
    function: { name: 'other', handler: 'other' },
    handler: anyHandler('other'),
    image,
  });
  const running = await runtime.submit(job, { store });
  await until('the Job of the lost run is being deleted', () =>
    api.all('jobs').some(({ metadata }) => metadata?.deletionTimestamp !== undefined),
  );
  await running.abort('that is all');
  await runtime.close();
  expect(api.names('jobs')).toEqual([`train-${uid}`]);
  expect((await store.getRun(uid)).state).toBe('running');
});
