import {
  type ApiObject,
  type JobObject,
  type PodObject,
  type TerminatedState,
  timeOf,
} from '../api/objects.ts';
import { mainContainer } from '../manifest/render-pod.ts';

const indexKey = 'batch.kubernetes.io/job-completion-index';

/** Which index of its Job a pod is of; undefined for what is no pod of an Indexed Job. */
export function indexOfPod({ metadata }: ApiObject): number | undefined {
  const text = metadata?.annotations?.[indexKey];
  return text === undefined ? undefined : Number(text);
}

/** Whether an object of a run is its Job. */
export function isJob(object: ApiObject): object is JobObject {
  return (object as { spec?: { completions?: unknown } }).spec?.completions !== undefined;
}

/** How a pod's container ended, if it has. */
export function endOfPod({ status }: PodObject): TerminatedState | undefined {
  return status?.containerStatuses?.find(({ name }) => name === mainContainer)?.state?.terminated;
}

/** Whether nothing more will happen in a pod. */
export function hasPodEnded(pod: PodObject): boolean {
  const { phase } = pod.status ?? {};
  return phase === 'Succeeded' || phase === 'Failed' || endOfPod(pod) !== undefined;
}

export function isPodRunning({ status }: PodObject): boolean {
  return status?.containerStatuses?.some(({ state }) => state?.running !== undefined) ?? false;
}

/** Whether a pod was there before another one. */
export function isOlder(pod: PodObject, other: PodObject | undefined): boolean {
  if (other === undefined || pod.metadata?.uid === other.metadata?.uid) return false;
  return (timeOf(pod.metadata?.creationTimestamp) ?? 0) < (timeOf(other.metadata?.creationTimestamp) ?? 0);
}

/** Indexes of a Job that no further pod comes for, as it lists them: `1,3-5`. */
export function failedIndexes({ status }: JobObject): readonly number[] {
  return (status?.failedIndexes ?? '').split(',').flatMap((part) => {
    const [first = Number.NaN, last = first] = part
      .split('-')
      .map((text) => (text === '' ? Number.NaN : Number(text)));
    return Number.isNaN(first) ? [] : Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

/** Whether a Job is over, and how. */
export function endOfJob({ status }: JobObject): 'Complete' | 'Failed' | undefined {
  const met = (status?.conditions ?? []).filter((condition) => condition.status === 'True');
  return (['Complete', 'Failed'] as const).find((type) => met.some((condition) => condition.type === type));
}
