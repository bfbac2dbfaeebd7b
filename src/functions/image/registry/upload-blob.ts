import { imageDigestMismatch } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { dropBody, locationOf } from './http/exchange.ts';
import { createPatience, isPassing, passingStatuses, retryAfterOf } from './http/retry.ts';
import type { RegistryClient, RegistryRequest } from './registry-client.ts';
import { networkFailure } from './registry-failure.ts';
import { type BlobUpload, sendContent, UploadLost } from './upload-content.ts';

/** What became of a blob that should be in a repository. */
export type UploadOutcome = 'uploaded' | 'mounted' | 'skipped';

export interface UploadTarget {
  readonly repository: string;
  readonly blobs: BlobStore;
  /** Where an upload has been started already. */
  readonly started?: URL | undefined;
}

/** Whether the repository has the blob already. */
export async function hasBlob(
  client: RegistryClient,
  blob: Descriptor,
  repository: string,
): Promise<boolean> {
  const response = await client.request({
    method: 'HEAD',
    target: `${repository}/blobs/${blob.digest}`,
    ...uploadRequest(client, blob, repository),
    expect: [200, 404],
  });
  await dropBody(response);
  return response.status === 200;
}

/**
 * Takes the blob over from another repository of the registry. A registry that does not do that starts an upload instead, whose
 * place comes back.
 */
export async function mountBlob(
  client: RegistryClient,
  blob: Descriptor,
  { repository, from }: { readonly repository: string; readonly from: string },
): Promise<{ readonly mounted: boolean; readonly started?: URL }> {
  const common = uploadRequest(client, blob, repository);
  const response = await client.request({
    method: 'POST',
    target: `${repository}/blobs/uploads/`,
    query: { mount: blob.digest, from },
    ...common,
    scopes: [...common.scopes, `repository:${from}:pull`],
    // a refusal to read the other repository is no refusal to upload
    expect: [201, 202, 403, 404, 405],
  });
  await dropBody(response);
  if (response.status === 202) return { mounted: false, started: locationOf(response) };
  return { mounted: response.status === 201 };
}

/**
 * Uploads a blob of the blob store. After a cut it goes on from where the registry says it is, or, with a registry that
 * cannot tell, begins anew.
 * @throws REGISTRY_…, IMAGE_DIGEST_MISMATCH
 */
export async function uploadBlob(
  client: RegistryClient,
  blob: Descriptor,
  { repository, blobs, started }: UploadTarget,
): Promise<void> {
  const common = uploadRequest(client, blob, repository);
  const patience = createPatience(client.options.retry, client.options.signal);
  const upload: BlobUpload = { client, blob, file: blobs.path(blob.digest), patience, common };
  let location = started ?? (await startUpload(client, repository, common));
  while (true) {
    try {
      await finish(upload, await sendContent(upload, location));
      return;
    } catch (error) {
      const lost = error instanceof UploadLost || isPassing(error);
      const wait = error instanceof UploadLost ? error.retryAfter : undefined;
      if (!lost || !(await patience.again(wait))) throw explain(error, upload);
      // the last answer may have been cut off, not the blob
      if (await hasBlob(client, blob, repository)) return;
      location = await startUpload(client, repository, common);
    }
  }
}

async function startUpload(
  client: RegistryClient,
  repository: string,
  common: Pick<RegistryRequest, 'scopes' | 'subject'>,
): Promise<URL> {
  const target = `${repository}/blobs/uploads/`;
  const response = await client.request({ method: 'POST', target, ...common, expect: [202] });
  await dropBody(response);
  return locationOf(response);
}

function explain(error: unknown, { client, common }: BlobUpload): unknown {
  const reason = error instanceof UploadLost ? error.cause : error;
  return networkFailure(reason, { registry: client.registry, subject: common.subject });
}

async function finish(
  { client, blob, common }: BlobUpload,
  { location, rest }: { readonly location: URL; readonly rest?: Uint8Array },
): Promise<void> {
  const request: RegistryRequest = {
    method: 'PUT',
    target: location,
    query: { digest: blob.digest },
    headers: { 'content-type': 'application/octet-stream' },
    ...(rest === undefined ? {} : { body: rest }),
    ...common,
    expect: [201],
  };
  const response = await client.attempt(request);
  if (response.status === 201 || response.status === 204) return dropBody(response);
  const failure = await client.failure(response, request);
  if (passingStatuses.includes(response.status) || response.status === 404)
    throw new UploadLost(failure, retryAfterOf(response.headers['retry-after']));
  if (!/digest/i.test(failure.message)) throw failure;
  throw imageDigestMismatch(
    `the registry "${client.registry}" received something else than "${blob.digest}"`,
    {
      hint: `something changed it on its way, or the local copy is damaged: check it with sha256sum, then push again`,
      cause: failure,
    },
  );
}

function uploadRequest(
  client: RegistryClient,
  blob: Descriptor,
  repository: string,
): Pick<RegistryRequest, 'scopes' | 'subject'> {
  return {
    scopes: [`repository:${repository}:pull,push`],
    subject: `the blob "${blob.digest}" for "${client.registry}/${repository}"`,
  };
}
