import {
  type ContainerStatus,
  type EventObject,
  type NodeObject,
  type PodObject,
  timeOf,
} from '../api/objects.ts';
import type { Patience } from './diagnosis.ts';

/** A pod with what else is known about it. */
export interface PodSubject {
  readonly pod: PodObject;
  readonly events: readonly EventObject[];
  readonly node?: NodeObject;
  readonly nodes?: readonly NodeObject[];
  readonly patience: Patience;
}

export function podName({ pod }: PodSubject): string {
  return pod.metadata?.name ?? 'unknown';
}

/** Init containers come first: the others wait for them. */
export function containersOf({ pod }: PodSubject): readonly ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

/** Text of the newest warning with one of these reasons. */
export function warningOf({ events }: PodSubject, ...reasons: readonly string[]): EventObject | undefined {
  return events
    .filter(({ reason }) => reason !== undefined && reasons.includes(reason))
    .sort((a, b) => lastSeen(a) - lastSeen(b))
    .at(-1);
}

export function lastSeen({ lastTimestamp, eventTime, metadata }: EventObject): number {
  return timeOf(lastTimestamp) ?? timeOf(eventTime) ?? timeOf(metadata?.creationTimestamp) ?? 0;
}

export function firstSeen(event: EventObject): number {
  return timeOf(event.firstTimestamp) ?? timeOf(event.eventTime) ?? lastSeen(event);
}

/** When the pod got its node, else when it was made. */
export function scheduledAt({ pod, patience }: PodSubject): number {
  const scheduled = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'True',
  );
  return timeOf(scheduled?.lastTransitionTime) ?? createdAt({ pod, patience });
}

export function createdAt({ pod, patience }: Pick<PodSubject, 'pod' | 'patience'>): number {
  return timeOf(pod.metadata?.creationTimestamp) ?? patience.now;
}

/** The first text in quotes, e.g. the name of what is missing. */
export function quoted(text: string): string | undefined {
  return /"([^"]+)"/.exec(text)?.[1];
}
