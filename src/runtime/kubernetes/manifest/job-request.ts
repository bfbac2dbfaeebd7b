import type { Job } from '../../job.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';

/** One run's attempt, or one sweep's trials, as it is to be rendered. */
export interface JobRequest {
  readonly job: Job;
  readonly options: KubernetesOptions;
  /** By digest: `registry/name@sha256:…`. */
  readonly image: string;
  /** In place of the image's own entrypoint and arguments. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** Name of the Secret that holds the job and the values of its secrets. */
  readonly delivery?: string;
  /** Many pods of one Job, told apart by `JOB_COMPLETION_INDEX`. */
  readonly indexed?: IndexedPods;
}

export interface IndexedPods {
  readonly completions: number;
  readonly parallelism: number;
  /** Further attempts of each index. @default 0 */
  readonly retries?: number;
  /** Indexes that may fail before the rest is stopped. @default all of them */
  readonly maxFailed?: number;
}
