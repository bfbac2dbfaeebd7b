import type { V1Job, V1Secret } from '@kubernetes/client-node';
import { kubernetesNotFound } from '../errors.ts';
import { queueLabel } from '../manifest/object-name.ts';
import { ownedByJob } from '../manifest/render-delivery.ts';
import type { ApiClient } from './api-client.ts';
import { createOnce } from './create-once.ts';
import type { JobObject } from './objects.ts';
import { retryPassing } from './retry-passing.ts';

export interface RunManifests {
  readonly secret: V1Secret;
  readonly job: V1Job;
}

const jobsPath = (namespace: string): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;
const secretsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;

/**
 * Creates the objects of an attempt; those that are there already were created by an earlier try. The Job is held back until its
 * Secret is there, which belongs to it from the first moment: nothing is left behind, no pod waits for it, and nobody needs the right to
 * change or delete Secrets, which shows them.
 */
export async function createRunObjects(
  client: ApiClient,
  namespace: string,
  { secret, job }: RunManifests,
): Promise<void> {
  const held = { ...job, spec: { ...job.spec, suspend: true } };
  const created = await createOnce<JobObject>(client, jobsPath(namespace), held);
  const { name = '', uid = '' } =
    (created ?? (await getObject<JobObject>(client, `${jobsPath(namespace)}/${job.metadata?.name}`)))
      .metadata ?? {};
  const metadata = { ...secret.metadata, ownerReferences: [ownedByJob({ name, uid })] };
  await createOnce(client, secretsPath(namespace), { ...secret, metadata });
  if (!isStartedByOthers(job)) await patchJob(client, namespace, name, { spec: { suspend: false } });
}

/** Whether it is for somebody else to say when the pods of a Job may begin: a queue, or who asked for it in a patch. */
function isStartedByOthers({ metadata, spec }: V1Job): boolean {
  return spec?.suspend === true || metadata?.labels?.[queueLabel] !== undefined;
}

async function patchJob(client: ApiClient, namespace: string, name: string, body: object): Promise<void> {
  await retryPassing(() =>
    client.request('PATCH', `${jobsPath(namespace)}/${name}`, {
      body,
      contentType: 'application/merge-patch+json',
    }),
  );
}

function getObject<Kind>(client: ApiClient, path: string): Promise<Kind> {
  return retryPassing(() => client.request<Kind>('GET', path));
}

/** Has a Job deleted, and with it its pods and its Secret; it is gone once they are. One that is gone already is left alone. */
export async function deleteJob(client: ApiClient, namespace: string, name: string): Promise<void> {
  await deleteOnce(client, `${jobsPath(namespace)}/${name}`, { propagationPolicy: 'Foreground' });
}

/** Adds annotations to a pod; one that is gone is left in peace. */
export async function annotatePod(
  client: ApiClient,
  namespace: string,
  name: string,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await retryPassing(() =>
      client.request('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}`, {
        body: { metadata: { annotations } },
        contentType: 'application/merge-patch+json',
      }),
    );
  } catch (error) {
    if (!kubernetesNotFound.is(error)) throw error;
  }
}

/** Forgets a pod at once, whether its node answers or not. */
export async function forgetPod(client: ApiClient, namespace: string, name: string): Promise<void> {
  await deleteOnce(client, `/api/v1/namespaces/${namespace}/pods/${name}`, { gracePeriodSeconds: 0 });
}

/**
 * Lets an Indexed Job go no further than the indexes that have begun; those go on. The cluster allows fewer completions only with as many
 * at once, and no more failures than completions.
 */
export async function limitIndexes(
  client: ApiClient,
  namespace: string,
  name: string,
  { begun, maxFailed }: { readonly begun: number; readonly maxFailed: number },
): Promise<void> {
  const spec = { completions: begun, parallelism: begun, maxFailedIndexes: Math.min(maxFailed, begun) };
  await patchLeft(client, namespace, name, { spec });
}

/** Has a Job ended as it is: pods that run are ended, those that have ended stay to be looked at. */
export async function endJob(client: ApiClient, namespace: string, name: string): Promise<void> {
  await patchLeft(client, namespace, name, { spec: { activeDeadlineSeconds: 1 } });
}

/** Changes a Job that somebody may have deleted by now. */
async function patchLeft(client: ApiClient, namespace: string, name: string, body: object): Promise<void> {
  try {
    await patchJob(client, namespace, name, body);
  } catch (error) {
    if (!kubernetesNotFound.is(error)) throw error;
  }
}

async function deleteOnce(client: ApiClient, path: string, body: object): Promise<void> {
  try {
    await retryPassing(() => client.request('DELETE', path, { body }));
  } catch (error) {
    if (!kubernetesNotFound.is(error)) throw error;
  }
}
