import type { ProcessIdentity } from '../../../tracking/journal-event.ts';
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
  /** Where the pod brings its run: variables of its agent. The token is in the delivery. */
  readonly tracking?: {
    readonly url: string;
    readonly certificates: boolean;
    /** The address may become another one, which an annotation of the pod tells. @default false */
    readonly moves?: boolean;
  };
  /** Label of the store that the run belongs to. */
  readonly store?: string;
  /** Who follows the Job; without anybody it is an orphan. */
  readonly submitter?: ProcessIdentity;
  /** Many pods of one Job, told apart by `JOB_COMPLETION_INDEX`. */
  readonly indexed?: IndexedPods;
}

export interface IndexedPods {
  readonly completions: number;
  readonly parallelism: number;
  /** Runs of a pod, one after another, at most. @default 1 */
  readonly trials?: number;
  /** Further pods of each index. @default 0 */
  readonly retries?: number;
  /** Indexes that may fail before the rest is stopped. @default all of them */
  readonly maxFailed?: number;
}
