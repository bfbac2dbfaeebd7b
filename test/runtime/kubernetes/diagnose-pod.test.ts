import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type {
  EventObject,
  JobObject,
  NodeObject,
  PodObject,
} from '../../../src/runtime/kubernetes/api/objects.ts';
import { diagnoseJob } from '../../../src/runtime/kubernetes/diagnosis/diagnose-job.ts';
import { diagnosePod, type PodSurroundings } from '../../../src/runtime/kubernetes/diagnosis/diagnose-pod.ts';
import type { Diagnosis } from '../../../src/runtime/kubernetes/diagnosis/diagnosis.ts';
import { diagnoseSuspension } from '../../../src/runtime/kubernetes/diagnosis/suspension.ts';
import { queueLabel } from '../../../src/runtime/kubernetes/manifest/object-name.ts';
import { quotaCase, refusedCases, troubleCases, webhookCase } from './trouble-cases.ts';

interface Captured {
  readonly job: JobObject;
  readonly pod?: PodObject;
  readonly node?: NodeObject;
  readonly nodes?: readonly NodeObject[];
  readonly events: readonly EventObject[];
}

const created = Date.parse('2026-01-01T00:00:00Z');
const patience = { now: created + 5000, pendingSeconds: 600, imagePullSeconds: 90 };
const captured = (name: string): Captured =>
  JSON.parse(readFileSync(path.resolve(`test/runtime/kubernetes/fixtures/${name}.json`), 'utf8'));

/** What is found in captured objects, some seconds after the pod was made. */
function diagnoseCaptured(name: string, seconds = 10): Diagnosis | undefined {
  const { job, pod, events, node, nodes } = captured(name);
  const now = Date.parse(pod?.metadata?.creationTimestamp ?? '') + seconds * 1000;
  const rest = { ...(node ? { node } : {}), ...(nodes ? { nodes } : {}), patience: { ...patience, now } };
  return (pod && diagnosePod(pod, { events, ...rest })) ?? diagnoseJob(job, events);
}

const placeholders = { registry: '', lockedRegistry: '', closedPort: '', tainted: '', lostNode: '' };
const cases = { ...troubleCases(placeholders), ...refusedCases, quota: quotaCase, webhook: webhookCase };

describe('what a real cluster said', () => {
  it.each(Object.entries(cases))('about "%s" is understood', (name, { trouble, verdict, message }) => {
    const found = diagnoseCaptured(name);
    expect(found).toMatchObject({ trouble, verdict, error: { message: expect.stringMatching(message) } });
    expect(found?.error.hint).toBeTruthy();
  });

  it.each([
    ['closed-registry', 89, 'wait'],
    ['closed-registry', 120, 'fail'],
    ['too-much-cpu', 590, 'wait'],
    ['too-much-cpu', 620, 'fail'],
  ])('about "%s" is, after %d seconds, a reason to %s', (name, seconds, verdict) => {
    expect(diagnoseCaptured(name, seconds)?.verdict).toBe(verdict);
  });
});

const ended = (terminated: object): PodObject['status'] => ({
  phase: 'Failed',
  containerStatuses: [{ name: 'main', state: { terminated: terminated as { exitCode: number } } }],
});
const waiting = (reason: string, message = ''): PodObject['status'] => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'main', image: 'team/train', state: { waiting: { reason, message } } }],
});
const disrupted = (reason: string): PodObject['status'] => ({
  phase: 'Failed',
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'said so' }],
});
const unschedulable = (message: string): PodObject['status'] => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
});

function diagnose(status: PodObject['status'], more: Partial<PodSurroundings> = {}): Diagnosis | undefined {
  const metadata = { name: 'train-1', namespace: 'team', creationTimestamp: '2026-01-01T00:00:00Z' };
  const pod = {
    metadata,
    spec: { nodeName: 'node7', containers: [{ name: 'main', image: 'team/train' }] },
    status,
  };
  return diagnosePod(pod as PodObject, { events: [], patience, ...more });
}

describe('a Secret that a pod wants as files', () => {
  const missed = (...seconds: readonly [number, number]): EventObject => {
    const [firstTimestamp, lastTimestamp] = seconds.map((at) => new Date(created + at * 1000).toISOString());
    const message = 'MountVolume.SetUp failed for volume "x" : secret "token" not found';
    return { reason: 'FailedMount', type: 'Warning', message, firstTimestamp, lastTimestamp } as EventObject;
  };
  const verdict = (event: EventObject, seconds: number): Diagnosis['verdict'] | undefined =>
    diagnose(
      { phase: 'Pending' },
      { events: [event], patience: { ...patience, now: created + seconds * 1000 } },
    )?.verdict;

  it('counts as missing once the node has missed it for 3 seconds, not when nothing more is heard of it', () => {
    expect(verdict(missed(1, 1), 60)).toBe('wait');
    expect(verdict(missed(1, 3), 60)).toBe('wait');
    expect(verdict(missed(1, 5), 6)).toBe('fail');
  });
});

describe('what clusters say that is hard to bring about', () => {
  it.each<[string, PodObject['status'], Partial<Diagnosis>, RegExp]>([
    [
      'a crash of native code',
      ended({ exitCode: 139 }),
      { trouble: 'killed', exitCode: 139 },
      /killed by SIGSEGV/,
    ],
    [
      'a kill from outside',
      ended({ exitCode: 137, reason: 'Error' }),
      { trouble: 'killed' },
      /killed by SIGKILL/,
    ],
    ['an exit code', ended({ exitCode: 1 }), { trouble: 'exited', exitCode: 1 }, /exit code 1/],
    [
      'a preemption',
      disrupted('PreemptionByScheduler'),
      { trouble: 'preempted', verdict: 'retry' },
      /higher priority: said so/,
    ],
    [
      'a drained node',
      disrupted('EvictionByEvictionAPI'),
      { trouble: 'evicted', verdict: 'retry' },
      /was evicted/,
    ],
    [
      'a deleted node',
      disrupted('DeletionByPodGC'),
      { trouble: 'node-lost', verdict: 'retry' },
      /"node7" was on a node/,
    ],
    [
      'a disruption of a new kind',
      disrupted('Whim'),
      { trouble: 'disrupted', verdict: 'retry' },
      /taken away/,
    ],
    [
      'an image that the registry hides',
      waiting(
        'ImagePullBackOff',
        'Back-off pulling image "team/train": ErrImagePull: rpc error: pull access denied, repository does not exist or may require authorization',
      ),
      { trouble: 'image-unauthorized', verdict: 'fail' },
      /image "team\/train" of pod "train-1"/,
    ],
    [
      'a container runtime that refuses',
      waiting('CreateContainerError', 'context deadline exceeded'),
      { trouble: 'container-config', verdict: 'fail' },
      /cannot be made: context deadline exceeded/,
    ],
    [
      'a program for another processor',
      waiting('RunContainerError', 'exec /usr/bin/node: exec format error'),
      { trouble: 'container-start', verdict: 'fail' },
      /cannot be started/,
    ],
    [
      'tainted control planes beside full workers',
      unschedulable(
        '0/5 nodes are available: 2 Insufficient memory, 3 node(s) had untolerated taint {node-role: }.',
      ),
      { trouble: 'unschedulable-resources', verdict: 'wait' },
      /memory of what it requests/,
    ],
    [
      'only tainted nodes',
      unschedulable('0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: ml}.'),
      { trouble: 'unschedulable-taint', verdict: 'wait' },
      /the taint "dedicated: ml"/,
    ],
    [
      'cordoned nodes',
      unschedulable('0/1 nodes are available: 1 node(s) were unschedulable.'),
      { trouble: 'unschedulable-taint' },
      /take no new pods/,
    ],
    [
      'a full node',
      unschedulable('0/1 nodes are available: 1 Too many pods.'),
      { trouble: 'unschedulable-resources' },
      /number of pods/,
    ],
    [
      'a new reason',
      unschedulable('0/1 nodes are available: 1 phase of the moon.'),
      { trouble: 'unschedulable' },
      /moon/,
    ],
  ])('%s', (_, status, expected, message) => {
    const found = diagnose(status);
    expect(found).toMatchObject(expected);
    expect(found?.error.message).toMatch(message);
  });

  it('a back-off whose cause is in an earlier event', () => {
    const message =
      'Failed to pull image "team/train": rpc error: failed to resolve reference "team/train": unexpected status: 401 Unauthorized';
    const found = diagnose(waiting('ImagePullBackOff', 'Back-off pulling image "team/train"'), {
      events: [{ reason: 'Failed', message }],
    });
    expect(found?.trouble).toBe('image-unauthorized');
  });

  it('a name of an image that looks like a status', () => {
    const image = 'team/denied:404';
    const pod = {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'main', image }] },
      status: { ...waiting('ErrImagePull', `failed to pull "${image}": i/o timeout`) },
    };
    expect(diagnosePod(pod, { events: [], patience })).toMatchObject({
      trouble: 'image-pull',
      verdict: 'wait',
    });
  });

  it('an init container that fails, as one of its own', () => {
    const status = {
      phase: 'Pending' as const,
      initContainerStatuses: [{ name: 'fetch', state: { terminated: { exitCode: 2 } } }],
    };
    expect(diagnose(status)).toMatchObject({
      trouble: 'exited',
      exitCode: 2,
      error: { details: { container: 'fetch' } },
    });
  });

  it('a node whose network is not ready, for as long as may be waited', () => {
    const events = [{ reason: 'FailedCreatePodSandBox', message: 'cni plugin not initialized' }];
    expect(diagnose(waiting('ContainerCreating'), { events })).toMatchObject({
      trouble: 'sandbox',
      verdict: 'wait',
      until: created + 600_000,
    });
  });

  it('a node that is not heard of, though its pod is said to run', () => {
    const conditions = [
      { type: 'Ready', status: 'Unknown' as const, message: 'Kubelet stopped posting node status.' },
    ];
    const node = { metadata: { name: 'node7' }, status: { conditions } };
    expect(diagnose({ phase: 'Running' }, { node })).toMatchObject({
      trouble: 'node-lost',
      verdict: 'retry',
    });
    expect(diagnose({ phase: 'Succeeded' }, { node })).toBeUndefined();
  });

  it('the time of a whole Job being over', () => {
    const job: JobObject = {
      metadata: { name: 'train' },
      spec: { activeDeadlineSeconds: 60 },
      status: { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }] },
    };
    expect(diagnoseJob(job, [])?.error).toMatchObject({
      code: 'RUN_TIMEOUT',
      message: expect.stringContaining('60 s'),
    });
  });

  it.each<[string, PodObject['status']]>([
    ['runs', { phase: 'Running', containerStatuses: [{ name: 'main', state: { running: {} } }] }],
    ['is being created', waiting('ContainerCreating')],
    ['has completed', ended({ exitCode: 0, reason: 'Completed' })],
    ['is new', { phase: 'Pending' }],
  ])('nothing about a pod that %s', (_, status) => {
    expect(diagnose(status)).toBeUndefined();
  });

  it('a Job that is held, by whom, and that its pod is taken away for it', () => {
    const job: JobObject = { metadata: { name: 'train', namespace: 'ml' }, spec: { suspend: true } };
    expect(diagnoseSuspension(job, false)).toMatchObject({
      trouble: 'suspended',
      verdict: 'wait',
      error: { code: 'JOB_SUSPENDED', hint: expect.stringContaining('kubectl patch job train -n ml') },
    });
    const queued = { ...job, metadata: { ...job.metadata, labels: { [queueLabel]: 'nightly' } } };
    const { verdict, error } = diagnoseSuspension(queued, true) ?? {};
    expect([verdict, error?.message]).toEqual([
      'retry',
      'Job "train" is suspended until the queue "nightly" lets it begin',
    ]);
    expect(diagnoseSuspension({ ...job, spec: { suspend: false } }, true)).toBeUndefined();
  });

  it('nothing about a Job that has a pod again after it was refused one', () => {
    const events = [{ reason: 'FailedCreate', message: 'Error creating: exceeded quota: q' }];
    expect(diagnoseJob({ status: { active: 1 } }, events)).toBeUndefined();
  });
});
