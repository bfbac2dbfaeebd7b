import type { Job } from '../../job.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';

const defaults = { graceSeconds: 30, pendingSeconds: 600, imagePullSeconds: 90, ttlSeconds: 3600 } as const;

/** Seconds that a run which is asked to stop has for doing so. */
export function gracePeriodSeconds({ graceMs }: Job): number {
  return graceMs === undefined ? defaults.graceSeconds : Math.max(1, Math.ceil(graceMs / 1000));
}

export function pendingSeconds(options: KubernetesOptions): number {
  return options.pendingSeconds ?? defaults.pendingSeconds;
}

export function imagePullSeconds(options: KubernetesOptions): number {
  return options.imagePullSeconds ?? defaults.imagePullSeconds;
}

export function ttlSeconds(options: KubernetesOptions): number {
  return options.ttlSeconds ?? defaults.ttlSeconds;
}

/**
 * A pod's clock starts before its image is pulled and ends a pod whose submitter is gone; the run's own timeout is kept by the
 * submitter, and earlier.
 */
export function podDeadlineSeconds(job: Job, options: KubernetesOptions): number | undefined {
  if (job.timeoutMs === undefined) return undefined;
  return Math.ceil(job.timeoutMs / 1000) + imagePullSeconds(options) + gracePeriodSeconds(job);
}

/** A Job's clock starts with the wait for a node. */
export function jobDeadlineSeconds(job: Job, options: KubernetesOptions): number | undefined {
  const pod = podDeadlineSeconds(job, options);
  return pod === undefined ? undefined : pod + pendingSeconds(options);
}
