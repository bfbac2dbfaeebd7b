import type { Job } from '../../job.ts';

/** Labels of every object of ours in a cluster. */
export const labelKeys = {
  run: 'slipway.run',
  project: 'slipway.project',
  function: 'slipway.function',
  step: 'slipway.step',
  attempt: 'slipway.attempt',
  store: 'slipway.store',
} as const;

/** By which Kueue tells whose turn a Job has to wait for. */
export const queueLabel = 'kueue.x-k8s.io/queue-name';

/** Annotations of Jobs and pods of ours. */
export const annotationKeys = {
  name: 'slipway.run/name',
  /** Process that follows the Job, as JSON. */
  submitter: 'slipway.run/submitter',
  /** Of a pod: where its tracking server is now, if it has moved. */
  trackingUrl: 'slipway.run/tracking-url',
} as const;

/** Of a name's own text; the uid after it tells runs apart, and index and random end of a pod's name still fit behind it. */
const longestName = 20;

/**
 * Name of the Job of a run's attempt. It depends on nothing else: creating it again finds the one that is there. At most 52
 * characters, so that host names of indexed pods stay within 63.
 */
export function jobName({ name, uid, attempt }: Pick<Job, 'name' | 'uid' | 'attempt'>): string {
  const text = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longestName)
    .replace(/^-+|-+$/g, '');
  return [text === '' ? 'run' : text, uid, ...(attempt > 1 ? [attempt] : [])].join('-');
}

/** Text as the value of a label: what is not allowed becomes "-", what is too long is cut. */
export function labelValue(text: string): string {
  const allowed = text.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 63);
  return allowed.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

/** Labels of a run's Job and pods. */
export function runLabels(job: Job): Record<string, string> {
  const step = job.step === undefined ? {} : { [labelKeys.step]: labelValue(job.step) };
  return {
    'app.kubernetes.io/managed-by': 'slipway',
    'app.kubernetes.io/name': labelValue(job.name),
    [labelKeys.run]: job.uid,
    [labelKeys.project]: labelValue(job.project),
    [labelKeys.function]: labelValue(job.function.name),
    [labelKeys.attempt]: String(job.attempt),
    ...step,
  };
}
