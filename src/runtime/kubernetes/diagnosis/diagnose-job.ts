import { runTimeout } from '../../errors.ts';
import type { EventObject, JobObject } from '../api/objects.ts';
import { podRefused } from '../errors.ts';
import type { Diagnosis, Trouble } from './diagnosis.ts';
import { lastSeen, quoted } from './pod-subject.ts';

/** What keeps a Job from having a pod at all, or ended it; `undefined` while all is well. Pure. */
export function diagnoseJob(job: JobObject, events: readonly EventObject[]): Diagnosis | undefined {
  return overDeadline(job) ?? refusedPod(job, events);
}

function overDeadline(job: JobObject): Diagnosis | undefined {
  const failed = job.status?.conditions?.find(
    ({ type, status, reason }) =>
      (type === 'Failed' || type === 'FailureTarget') && status === 'True' && reason === 'DeadlineExceeded',
  );
  if (!failed) return undefined;
  const seconds = job.spec?.activeDeadlineSeconds;
  const error = runTimeout(
    `Job "${job.metadata?.name}" was ended by the cluster${seconds === undefined ? '' : ` after ${seconds} s`}, waiting included: its time was over`,
    {
      hint: 'give the run a longer timeout, or more time to wait for a node (`pendingSeconds`)',
      details: { trouble: 'deadline', ...(seconds === undefined ? {} : { seconds }) },
    },
  );
  return { trouble: 'deadline', verdict: 'fail', error: error.toJSON() };
}

/** The API server refuses the pod: told only by an event of the Job, whose controller tries for ever. */
function refusedPod(job: JobObject, events: readonly EventObject[]): Diagnosis | undefined {
  if ((job.status?.active ?? 0) > 0 || job.status?.conditions?.some(({ type }) => type === 'Complete'))
    return undefined;
  const refused = events
    .filter(({ reason }) => reason === 'FailedCreate')
    .sort((a, b) => lastSeen(a) - lastSeen(b))
    .at(-1);
  if (!refused) return undefined;
  const text = (refused.message ?? '').replace(/^Error creating: /, '');
  const { trouble, what, hint } = classify(text, job.metadata?.namespace ?? 'default');
  const error = podRefused(`Job "${job.metadata?.name}" gets no pod: ${what}`, {
    hint,
    details: { trouble, message: text },
  });
  return { trouble, verdict: 'fail', error: error.toJSON() };
}

function classify(text: string, namespace: string): { trouble: Trouble; what: string; hint: string } {
  const account =
    /service ?account "?([^"\s]+)"? (?:was )?not found|serviceaccount "([^"]+)" not found/i.exec(text);
  if (account)
    return {
      trouble: 'service-account-missing',
      what: `service account "${(account[1] ?? account[2] ?? '').split('/').at(-1)}" does not exist in namespace "${namespace}"`,
      hint: 'create it, or name another one as `serviceAccount`',
    };
  if (/exceeded quota/i.test(text))
    return {
      trouble: 'quota',
      what: `the quota "${/exceeded quota: ([^,\s]+)/.exec(text)?.[1]}" of namespace "${namespace}" is used up (${text})`,
      hint: 'request less, wait for other pods to end, or have the quota raised',
    };
  if (/failed quota/i.test(text))
    return {
      trouble: 'quota',
      what: `a quota of namespace "${namespace}" wants more to be said (${text})`,
      hint: 'set the requests and limits that it names',
    };
  if (/violates PodSecurity/i.test(text))
    return {
      trouble: 'pod-security',
      what: `pod security of namespace "${namespace}" refuses it (${text})`,
      hint: 'take back the volumes or the patch that it names, or run in a namespace that allows them',
    };
  if (/admission webhook|calling webhook/i.test(text))
    return {
      trouble: 'webhook',
      what: `the admission webhook "${quoted(text)}" refuses it or does not answer (${text})`,
      hint: 'ask whoever runs the webhook what it wants',
    };
  if (/no PriorityClass with name/i.test(text))
    return {
      trouble: 'priority-class-missing',
      what: `priority class "${/name (\S+) was found/.exec(text)?.[1]}" does not exist`,
      hint: '`kubectl get priorityclasses` lists those that do',
    };
  return { trouble: 'refused', what: text, hint: 'change what the API server names, or have it allowed' };
}
