import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Job } from '../../src/runtime/job.ts';
import { jobName } from '../../src/runtime/kubernetes/manifest/object-name.ts';
import type { RunningJob, Runtime } from '../../src/runtime/runtime.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { collect, createRuntimeFixture, type RuntimeFixture, until } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { onBusyMachines } from '../setup/on-busy-machines.ts';
import { clusterRuntime, killAgent, podHandlers, pushHandlers } from '../support/cluster-runtime.ts';

// up to three pods, one after the other
vi.setConfig({ testTimeout: 300_000 });

describeWith(['kubernetes'], 'a run in a pod', () => {
  let cluster: TestCluster;
  let namespace: string;
  let image: string;
  let fixture: RuntimeFixture;
  let runtime: Runtime;
  const progress: { readonly at: number; readonly line: string }[] = [];

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    image = await pushHandlers(cluster, podHandlers);
    fixture = createRuntimeFixture();
    const onProgress = (line: string): void => void progress.push({ at: Date.now(), line });
    runtime = clusterRuntime({ cluster, namespace, onProgress });
  });
  afterAll(async () => {
    await runtime?.close();
    await fixture?.remove();
    cluster?.deleteNamespace(namespace);
  });

  const submit = (handler: string, change: Partial<Job> = {}, secrets = {}): Promise<RunningJob> =>
    runtime.submit(fixture.job(handler, { image, ...change }), { store: fixture.store, secrets });
  const kubectl = (...args: string[]): string => cluster.kubectl(['--namespace', namespace, ...args]);
  const podsOf = (uid: string): string[] =>
    kubectl('get', 'pods', '-l', `slipway.run=${uid}`, '-o', 'name').split('\n').filter(Boolean);
  /** When the API server first showed that no node takes the pod of a run; milliseconds, to the second. */
  const unscheduledAt = (uid: string): number =>
    Date.parse(
      kubectl(
        ...['get', 'pods', '-l', `slipway.run=${uid}`, '-o'],
        'jsonpath={.items[0].status.conditions[?(@.type=="PodScheduled")].lastTransitionTime}',
      ),
    );
  const started = async (running: RunningJob): Promise<string> => {
    for await (const event of running.events()) if (event.kind === 'metric') break;
    return podsOf(running.uid)[0] ?? '';
  };

  it('is an error when its agent is killed, with the output that came no further than the pod', async () => {
    const running = await submit('waiting');
    await started(running);
    await killAgent(cluster, namespace, running.uid);
    expect(await running.wait()).toMatchObject({
      state: 'error',
      error: { code: 'RUN_KILLED', details: { signal: 'SIGKILL' } },
    });
    expect(fixture.log(running.uid).match(/waiting begins/g)).toHaveLength(1);
  });

  it('is an error when its pod is deleted by force', async () => {
    const running = await submit('waiting');
    const pod = await started(running);
    kubectl('delete', pod, '--grace-period=0', '--force');
    const { state, error } = await running.wait();
    expect(state).toBe('error');
    // which of the two is seen depends on who is first: the node that kills it, or the API server that forgets it
    expect(['RUN_KILLED', 'POD_LOST', 'POD_TERMINATED']).toContain(error?.code);
  });

  it('is an error, not aborted by its user, when somebody deletes its pod', async () => {
    const running = await submit('waiting', { graceMs: 20_000 });
    const pod = await started(running);
    kubectl('delete', pod, '--wait=false');
    expect(await running.wait()).toMatchObject({ state: 'error', error: { code: 'POD_TERMINATED' } });
  });

  it('is an error when somebody deletes its Job', async () => {
    const running = await submit('waiting', { graceMs: 20_000 });
    await started(running);
    kubectl('delete', 'job', '-l', `slipway.run=${running.uid}`, '--wait=false');
    const { state, error } = await running.wait();
    expect(state).toBe('error');
    expect(['POD_TERMINATED', 'POD_LOST']).toContain(error?.code);
  });

  it('starts over, as the same attempt, when the cluster takes its pod away', async () => {
    const running = await submit('ticking', { params: { count: 300 } });
    const pod = (await started(running)).replace('pod/', '');
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
    cluster.kubectl(
      ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', '-'],
      JSON.stringify(eviction),
    );
    const { state, record } = await running.wait();
    expect(record.error).toBeUndefined();
    expect(state).toBe('completed');
    expect(record).toMatchObject({ attempt: 1, results: { count: 300 }, artifacts: [{ key: 'notes' }] });
    const events = await collect(running.events());
    const again = events.findLastIndex(({ kind }) => kind === 'attempt');
    expect(events[again]).toMatchObject({ attempt: 1, error: { code: 'POD_TERMINATED' } });
    const steps = events.slice(again).flatMap((event) => (event.kind === 'metric' ? [event.step] : []));
    expect(steps).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it(
    'says within five seconds that no node takes it, and ends when nothing came of waiting',
    onBusyMachines,
    async () => {
      progress.length = 0;
      const running = await submit('ticking', {
        params: { count: 1 },
        kubernetes: {
          requests: { cpu: '10m' },
          nodeSelector: { nowhere: 'to-be-found' },
          pendingSeconds: 15,
        },
      });
      await until('somebody was told', () => progress.some(({ line }) => line.includes('no node takes')));
      const told = progress.find(({ line }) => line.includes('no node takes'));
      // the cluster's times are cut to the second
      expect((told?.at ?? Number.NaN) - unscheduledAt(running.uid)).toBeLessThan(6000);
      expect(await running.wait()).toMatchObject({
        state: 'error',
        error: { code: 'POD_UNSCHEDULABLE', hint: expect.stringContaining('nodeSelector') },
      });
      expect(podsOf(running.uid)).toEqual([]);
    },
  );

  it('leaves nothing on the cluster when it was aborted, whether it ran or waited', async () => {
    const running = await submit('waiting', { graceMs: 200 });
    await started(running);
    const pending = await submit('waiting', { kubernetes: { nodeSelector: { nowhere: 'to-be-found' } } });
    await until('both have a pod', () => podsOf(pending.uid).length === 1);
    await Promise.all([running.abort('enough'), pending.abort('too long')]);
    for (const one of [running, pending]) {
      const names = kubectl('get', 'jobs,pods,secrets', '-l', `slipway.run=${one.uid}`, '-o', 'name');
      expect(names).toBe('');
      expect((await one.wait()).state).toBe('aborted');
    }
    expect((await pending.wait()).record.reason).toBe('too long');
  });

  it('has its secrets in one Secret, and nowhere else', async () => {
    const TOKEN = 'geheimnis-of-the-pod';
    const running = await submit('showing', { secretNames: ['TOKEN'] }, { TOKEN });
    const { state, record } = await running.wait();
    expect(state).toBe('completed');
    expect(record.results).toEqual({ secret: TOKEN.length, variable: null });
    const seen = [
      kubectl('get', 'jobs,pods,events', '-o', 'yaml'),
      kubectl('logs', podsOf(running.uid)[0] ?? ''),
      JSON.stringify([record, await collect(running.events())]),
      fixture.log(running.uid),
    ].join('\n');
    for (const secret of [TOKEN, 'token-of-the-tests-of-pods'])
      for (const form of [secret, Buffer.from(secret).toString('base64')]) expect(seen).not.toContain(form);
    const [delivery] = JSON.parse(
      kubectl('get', 'secrets', '-l', `slipway.run=${running.uid}`, '-o', 'json'),
    ).items;
    expect(Buffer.from(delivery.data['secret.TOKEN'], 'base64').toString()).toBe(TOKEN);
    expect(delivery.metadata.ownerReferences).toEqual([
      expect.objectContaining({
        kind: 'Job',
        name: jobName({ name: 'showing', uid: running.uid, attempt: 1 }),
      }),
    ]);
  });

  it('reads files of this machine and artifacts of the store', async () => {
    const file = path.join(fixture.root, 'words.txt');
    writeFileSync(file, 'from a file of the submitter');
    const made = await (await submit('ticking', { params: { count: 1 } })).wait();
    const [artifact] = made.record.artifacts;
    const fromFile = await (await submit('reading', { inputs: { data: { uri: 'words.txt' } } })).wait();
    expect(fromFile.record.results).toEqual({
      text: 'from a file of the submitter',
      url: `file://${file}`,
    });
    expect(fromFile.record.inputs.data).toMatchObject({ uri: `file://${file}`, size: 28 });
    const fromStore = await (
      await submit('reading', { inputs: { data: { uri: artifact?.uri ?? '' } } })
    ).wait();
    expect(fromStore.record.results).toMatchObject({ text: 'kept to the end' });
  });

  it('is created once, however often it is asked for', async () => {
    const running = await submit('ticking', { params: { count: 1 } });
    expect((await running.wait()).state).toBe('completed');
    expect(podsOf(running.uid)).toHaveLength(1);
  });
});
