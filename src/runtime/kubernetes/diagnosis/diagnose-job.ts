import { runTimeout } from '../../errors.ts';
import type { EventObject, JobObject } from '../api/objects.ts';
import { podRefused } from '../errors.ts';
import type { Diagnosis } from './diagnosis.ts';
import { lastSeen } from './pod-subject.ts';
import { classifyRefusal } from './refusal.ts';

/** What keeps a Job from having a pod at all, or ended it; `undefined` while all is well. Pure. */
export function diagnoseJob(job: JobObject, events: readonly EventObject[]): Diagnosis | undefined {
  if ((job.status?.active ?? 0) > 0 || job.status?.conditions?.some(({ type }) => type === 'Complete'))
    return overDeadline(job);
  return overDeadline(job) ?? diagnoseRefusal(job, events);
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

/**
 * Why the API server refuses a pod of a Job: told only by an event of it, whose controller tries for ever. The Job may have other pods.
 * @param after milliseconds since 1970 of the cluster's clock; what it refused before is no matter any more
 */
export function diagnoseRefusal(
  job: JobObject,
  events: readonly EventObject[],
  after: number = 0,
): Diagnosis | undefined {
  const refused = events
    .filter((event) => event.reason === 'FailedCreate' && lastSeen(event) >= after)
    .sort((a, b) => lastSeen(a) - lastSeen(b))
    .at(-1);
  if (!refused) return undefined;
  const text = (refused.message ?? '').replace(/^Error creating: /, '');
  const { trouble, what, hint } = classifyRefusal(text, job.metadata?.namespace ?? 'default');
  const error = podRefused(`Job "${job.metadata?.name}" gets no pod: ${what}`, {
    hint,
    details: { trouble, message: text },
  });
  return { trouble, verdict: 'fail', error: error.toJSON() };
}
