import type { Job } from '../../job.ts';
import { retryDelay } from '../../retry-policy.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';

const defaults = {
  connectSeconds: 60,
  graceSeconds: 30,
  pendingSeconds: 600,
  imagePullSeconds: 90,
  ttlSeconds: 3600,
} as const;

const leastHoldSeconds = 600;

/** Seconds that a pod which is to end has for ending its run and for bringing what it logged to the tracking server. */
export function gracePeriodSeconds({ graceMs }: Job, { graceSeconds }: KubernetesOptions): number {
  if (graceSeconds !== undefined) return graceSeconds;
  return graceMs === undefined ? defaults.graceSeconds : Math.max(1, Math.ceil(graceMs / 1000));
}

/** Seconds that a pod asks for its tracking server before it gives up. */
export function connectSeconds(options: KubernetesOptions): number {
  return options.connectSeconds ?? defaults.connectSeconds;
}

export function pendingSeconds(options: KubernetesOptions): number {
  return options.pendingSeconds ?? defaults.pendingSeconds;
}

export function imagePullSeconds(options: KubernetesOptions): number {
  return options.imagePullSeconds ?? defaults.imagePullSeconds;
}

/** Seconds that an ended run waits in its pod for a tracking server that does not answer. */
export function holdSeconds(options: KubernetesOptions): number {
  return options.holdSeconds ?? Math.max(leastHoldSeconds, ttlSeconds(options));
}

export function ttlSeconds(options: KubernetesOptions): number {
  return options.ttlSeconds ?? defaults.ttlSeconds;
}

/**
 * A pod's clock starts before its image is pulled and ends a pod whose submitter is gone; the run's own timeout is kept by its agent
 * and its submitter, and earlier. What an ended run may wait for its tracking server is left to it.
 */
export function podDeadlineSeconds(job: Job, options: KubernetesOptions): number | undefined {
  if (job.timeoutMs === undefined) return undefined;
  return (
    Math.ceil(job.timeoutMs / 1000) +
    imagePullSeconds(options) +
    gracePeriodSeconds(job, options) +
    holdSeconds(options)
  );
}

/** As above, for a pod that has several runs and makes all attempts of each, with waits between them. */
export function groupDeadlineSeconds(
  job: Job,
  options: KubernetesOptions,
  runs: number = 1,
): number | undefined {
  const { timeoutMs, retry } = job;
  if (timeoutMs === undefined) return undefined;
  const { retries } = retry;
  const waits = Array.from({ length: retries }, (_, index) => retryDelay(retry, index + 1, () => 1));
  const attempts = (Math.ceil(timeoutMs / 1000) + gracePeriodSeconds(job, options)) * (retries + 1);
  const run = attempts + Math.ceil(waits.reduce((sum, wait) => sum + wait, 0) / 1000);
  return imagePullSeconds(options) + run * runs + holdSeconds(options);
}

/** A Job's clock starts with the wait for a node. */
export function jobDeadlineSeconds(job: Job, options: KubernetesOptions): number | undefined {
  const pod = podDeadlineSeconds(job, options);
  return pod === undefined ? undefined : pod + pendingSeconds(options);
}
