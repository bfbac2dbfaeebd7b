import type { V1OwnerReference, V1Secret } from '@kubernetes/client-node';
import type { Job } from '../../job.ts';
import { jobName, runLabels } from './object-name.ts';

/** Name of the file that holds the job itself. */
export const jobFile = 'job.json';

/**
 * The Secret that brings a pod its job and the values of its secrets, as files that only its user reads. It is created before the
 * Job, whose pod would wait for it otherwise, and given to the Job as owner after: it goes when the Job goes.
 */
export function renderDelivery(
  job: Job,
  secrets: Readonly<Record<string, string>>,
  namespace?: string,
): V1Secret {
  const files = { [jobFile]: JSON.stringify(job), ...renameSecrets(secrets) };
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

function renameSecrets(secrets: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [`secret.${name}`, value]));
}
