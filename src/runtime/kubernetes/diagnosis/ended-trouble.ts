import { constants } from 'node:os';
import { runExited, runKilled, runOutOfMemory, runTimeout } from '../../errors.ts';
import type { ContainerStatus, TerminatedState } from '../api/objects.ts';
import { podLost } from '../errors.ts';
import type { Diagnosis } from './diagnosis.ts';
import { containersOf, type PodSubject, podName } from './pod-subject.ts';

/** How a pod ended that did not say so itself. */
export function findEndedTrouble(subject: PodSubject): Diagnosis | undefined {
  return takenAway(subject) ?? overDeadline(subject) ?? failedContainer(subject);
}

const taken = {
  evicted: {
    what: 'was evicted',
    hint: 'it is started again; if it comes back, request the memory or storage that it uses',
  },
  preempted: {
    what: 'had to make room for a pod of higher priority',
    hint: 'it is started again; give it a `priorityClass` to keep its place',
  },
  'node-lost': {
    what: 'was on a node that is gone',
    hint: 'it is started again on another node; see `kubectl get nodes`',
  },
  disrupted: {
    what: 'was taken away by the cluster',
    hint: 'it is started again; see `kubectl describe pod` for who did',
  },
} as const;

/** The cluster ended it, for reasons that are not the run's. */
function takenAway(subject: PodSubject): Diagnosis | undefined {
  const { pod, node } = subject;
  const disruption = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  const trouble =
    disruptionOf(pod.status?.reason, disruption?.reason) ?? (isGone(subject) ? 'node-lost' : undefined);
  if (trouble === undefined) return undefined;
  const { what, hint } = taken[trouble];
  const reason = pod.status?.message ?? disruption?.message ?? nodeMessage(subject);
  const where = pod.spec?.nodeName ?? node?.metadata?.name;
  const error = podLost(
    `pod "${podName(subject)}"${where ? ` on node "${where}"` : ''} ${what}${reason ? `: ${reason.trim()}` : ''}`,
    {
      hint,
      details: { trouble, ...(where ? { node: where } : {}) },
    },
  ).toJSON();
  return { trouble, verdict: 'retry', error };
}

function disruptionOf(podReason = '', conditionReason = ''): keyof typeof taken | undefined {
  if (
    podReason === 'Evicted' ||
    conditionReason === 'TerminationByKubelet' ||
    conditionReason === 'EvictionByEvictionAPI'
  )
    return 'evicted';
  if (conditionReason === 'PreemptionByScheduler' || podReason === 'Preempting') return 'preempted';
  if (['NodeLost', 'NodeShutdown', 'Shutdown', 'Terminated'].includes(podReason)) return 'node-lost';
  if (['DeletionByPodGC', 'DeletionByTaintManager'].includes(conditionReason)) return 'node-lost';
  return conditionReason === '' ? undefined : 'disrupted';
}

/** A node that is not heard of any more: its pods are still said to run. */
function isGone({ pod, node }: PodSubject): boolean {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return false;
  return (
    node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'Unknown') ?? false
  );
}

function nodeMessage({ node }: PodSubject): string | undefined {
  return node?.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

function overDeadline(subject: PodSubject): Diagnosis | undefined {
  const { pod } = subject;
  if (pod.status?.reason !== 'DeadlineExceeded') return undefined;
  const seconds = pod.spec?.activeDeadlineSeconds;
  const error = runTimeout(
    `pod "${podName(subject)}" was ended by the cluster${seconds === undefined ? '' : ` ${seconds} s after its start`}: its time was over`,
    {
      hint: 'give the run a longer timeout',
      details: { trouble: 'deadline', ...(seconds === undefined ? {} : { seconds }) },
    },
  ).toJSON();
  return { trouble: 'deadline', verdict: 'fail', error };
}

function failedContainer(subject: PodSubject): Diagnosis | undefined {
  for (const container of containersOf(subject)) {
    const ended = container.state?.terminated;
    if (!ended) continue;
    if (isOutOfMemory(ended)) return outOfMemory(subject, container, ended);
    if (ended.exitCode !== 0) return exited(subject, container, ended);
  }
  return undefined;
}

/** The kernel says so, or V8 did with its last words, which the cluster keeps of the log. */
function isOutOfMemory({ reason, exitCode, message = '' }: TerminatedState): boolean {
  const heapIsFull = /heap out of memory|Fatal process out of memory/i.test(message);
  return reason === 'OOMKilled' || (exitCode !== 0 && heapIsFull);
}

function outOfMemory(
  subject: PodSubject,
  { name }: ContainerStatus,
  { exitCode }: TerminatedState,
): Diagnosis {
  const containers = [...(subject.pod.spec?.containers ?? []), ...(subject.pod.spec?.initContainers ?? [])];
  const limit = containers.find((container) => container.name === name)?.resources?.limits?.memory;
  const error = runOutOfMemory(
    `pod "${podName(subject)}" needed more memory than ${limit === undefined ? 'its node has' : `its limit of ${limit}`}`,
    {
      hint: 'give it more memory, or less data at once',
      details: { trouble: 'out-of-memory', container: name, ...(limit === undefined ? {} : { limit }) },
    },
  ).toJSON();
  return { trouble: 'out-of-memory', verdict: 'fail', error, exitCode };
}

const signalBase = 128;

function exited(subject: PodSubject, { name }: ContainerStatus, ended: TerminatedState): Diagnosis {
  const { exitCode, message } = ended;
  const number = ended.signal ?? exitCode - signalBase;
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  const details = { container: name, exitCode, ...(message ? { message } : {}) };
  const pod = `pod "${podName(subject)}"`;
  if (signal !== undefined) {
    const hint =
      signal === 'SIGKILL'
        ? 'somebody killed it, or its node ran out of memory'
        : 'see the log for its last output; native code may have crashed';
    const error = runKilled(`the process of ${pod} was killed by ${signal}`, {
      hint,
      details: { ...details, trouble: 'killed', signal },
    });
    return { trouble: 'killed', verdict: 'fail', error: error.toJSON(), exitCode };
  }
  const error = runExited(
    `the process of ${pod} ended with exit code ${exitCode} before its handler returned`,
    {
      hint: 'return from the handler to complete the run, throw an error to fail it; see the log for its last output',
      details: { ...details, trouble: 'exited' },
    },
  );
  return { trouble: 'exited', verdict: 'fail', error: error.toJSON(), exitCode };
}
