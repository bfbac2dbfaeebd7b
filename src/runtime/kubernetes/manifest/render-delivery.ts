import type { V1OwnerReference, V1Secret } from '@kubernetes/client-node';
import { deliveryFiles, secretFilePrefix } from '../../agent/delivery-files.ts';
import type { Submission } from '../../agent/submission.ts';
import type { SweepRules } from '../../agent/sweep-rules.ts';
import type { TrialParts } from '../../agent/trial-table.ts';
import type { Job } from '../../job.ts';
import { invalidKubernetesOptions } from '../errors.ts';
import { jobName, runLabels } from './object-name.ts';

/** What a pod is brought beside its image. */
export interface DeliveryRequest {
  readonly job: Job;
  /** Values of secrets by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly submission?: Submission;
  /** What opens the tracking server. */
  readonly token?: string;
  /** Certificates of the authority that the tracking server's own is from; PEM. */
  readonly certificates?: string;
  /** The packed table of a sweep's trials, or where it is. */
  readonly trials?: Uint8Array | TrialParts;
  /** What its pods go by. */
  readonly sweep?: SweepRules;
}

/**
 * The Secret that brings a pod its job and the values of its secrets, as files that only its user reads. It is created
 * after the Job, which is its owner: it goes when the Job goes.
 * @throws INVALID_KUBERNETES_OPTIONS for more than a Secret holds
 */
export function renderDelivery(request: DeliveryRequest): V1Secret {
  const { job, namespace } = request;
  const files = renderFiles(request);
  refuseTooMuch(job, files);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'slipway.run/delivery',
    immutable: true,
    metadata: {
      name: deliveryName(job),
      ...(namespace === undefined ? {} : { namespace }),
      labels: runLabels(job),
    },
    data: Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
    ),
  };
}

export function deliveryName(job: Pick<Job, 'name' | 'uid' | 'attempt'>): string {
  return `${jobName(job)}-delivery`;
}

/** What makes an object go when its Job goes. */
export function ownedByJob(job: { readonly name: string; readonly uid: string }): V1OwnerReference {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: job.name,
    uid: job.uid,
    controller: false,
    blockOwnerDeletion: false,
  };
}

/** What the API server takes, less what the names need; bytes. */
const mostBytes = 1_040_000;

function refuseTooMuch({ name }: Job, files: Readonly<Record<string, string | Uint8Array>>): void {
  const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= mostBytes) return;
  throw invalidKubernetesOptions(
    `params and secrets of run "${name}" take ${bytes} bytes, and a Secret of a cluster holds 1 MiB`,
    { hint: 'give large data as an input: a file or an artifact' },
  );
}

function renderFiles({
  job,
  secrets,
  submission,
  token,
  certificates,
  trials,
  sweep,
}: DeliveryRequest): Record<string, string | Uint8Array> {
  return {
    [deliveryFiles.job]: JSON.stringify(job),
    ...(submission === undefined ? {} : { [deliveryFiles.submission]: JSON.stringify(submission) }),
    ...(token === undefined ? {} : { [deliveryFiles.token]: token }),
    ...(certificates === undefined ? {} : { [deliveryFiles.certificates]: certificates }),
    ...(sweep === undefined ? {} : { [deliveryFiles.sweep]: JSON.stringify(sweep) }),
    ...(trials instanceof Uint8Array ? { [deliveryFiles.trials]: trials } : {}),
    ...(trials === undefined || trials instanceof Uint8Array
      ? {}
      : { [deliveryFiles.trialParts]: JSON.stringify(trials) }),
    ...Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => [`${secretFilePrefix}${name}`, value]),
    ),
  };
}
