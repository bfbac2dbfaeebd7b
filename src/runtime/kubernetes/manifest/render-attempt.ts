import type { V1Job, V1Secret } from '@kubernetes/client-node';
import { podCommand } from '../../../functions/image/layers/image-layout.ts';
import type { Submission } from '../../agent/submission.ts';
import type { SweepRules } from '../../agent/sweep-rules.ts';
import type { TrialParts } from '../../agent/trial-table.ts';
import type { DeliveredInput, Job } from '../../job.ts';
import type { IndexedPods } from './job-request.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';
import { deliveryName, renderDelivery } from './render-delivery.ts';
import { renderJob } from './render-job.ts';
import { bundleFolder, workFolder } from './render-pod.ts';
import { renderResources } from './render-resources.ts';
import { connectSeconds, gracePeriodSeconds, holdSeconds } from './time-limits.ts';

/** Everything that decides the objects of one attempt of a run, or of all trials of a sweep. */
export interface AttemptPlan {
  readonly job: Job;
  readonly options: KubernetesOptions;
  /** By digest: `registry/name@sha256:…`. */
  readonly image: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Where the pod brings its run; `certificates` in PEM. */
  readonly tracking: {
    readonly url: string;
    readonly token: string;
    readonly certificates?: string;
    /** The server ends with the submitter, and may be opened again elsewhere. @default false */
    readonly moves?: boolean;
  };
  readonly submission: Pick<Submission, 'submitter' | 'captured'>;
  /** Inputs that were put into the store, by name. */
  readonly delivered?: Readonly<Record<string, DeliveredInput>>;
  /** Tells the Jobs of one store from those of others. */
  readonly store?: string;
  /** The job is a sweep; these are its trials. */
  readonly batch?: {
    readonly trials: Uint8Array | TrialParts;
    readonly rules: SweepRules;
    readonly indexed: IndexedPods;
  };
}

/** The objects of one attempt. */
export interface RenderedAttempt {
  readonly secret: V1Secret;
  readonly job: V1Job;
}

/**
 * What is created on the cluster for one attempt of a run: the Secret that brings job and secrets, and the Job. Pure.
 * @throws INVALID_KUBERNETES_OPTIONS
 */
export function renderAttempt(plan: AttemptPlan): RenderedAttempt {
  const { job, options, image, secrets, tracking, submission, store, batch } = plan;
  const { namespace } = options;
  return {
    secret: renderDelivery({
      job: jobInPod(plan),
      secrets,
      submission: {
        ...submission,
        connectSeconds: connectSeconds(options),
        graceSeconds: gracePeriodSeconds(job, options),
        holdSeconds: holdSeconds(options),
        ...(tracking.moves ? { heardThroughSubmitter: true } : {}),
      },
      token: tracking.token,
      ...(namespace === undefined ? {} : { namespace }),
      ...(tracking.certificates === undefined ? {} : { certificates: tracking.certificates }),
      ...(batch ? { trials: batch.trials, sweep: batch.rules } : {}),
    }),
    job: renderJob({
      job,
      options,
      image,
      command: podCommand,
      delivery: deliveryName(job),
      tracking: {
        url: tracking.url,
        certificates: tracking.certificates !== undefined,
        ...(tracking.moves ? { moves: true } : {}),
      },
      submitter: submission.submitter,
      ...(store === undefined ? {} : { store }),
      ...(batch ? { indexed: batch.indexed } : {}),
    }),
  };
}

/** The job with the places and limits of the pod instead of this machine's. */
function jobInPod({ job, options, delivered }: AttemptPlan): Job {
  const { kubernetes: _, ...rest } = job;
  const { memoryLimit: memory } = renderResources(job, options);
  return {
    ...rest,
    workingDirectory: workFolder,
    bundleDirectory: bundleFolder,
    resources: { ...job.resources, memory },
    ...(delivered ? { delivered } : {}),
  };
}
