import { isSlipwayError } from '../../../core/error.ts';
import { imageDigestMismatch } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { LayerOrigin } from '../oci/image.ts';
import { createPatience, isPassing } from './http/retry.ts';
import type { RegistryClient, RegistryRequest } from './registry-client.ts';
import { networkFailure } from './registry-failure.ts';

/**
 * Brings a blob of a registry into the blob store; nothing happens when it is there. After a cut the rest is asked for, not the
 * whole again.
 * @throws IMAGE_NOT_FOUND, IMAGE_DIGEST_MISMATCH, REGISTRY_CONNECTION_LOST
 */
export async function downloadBlob(
  client: RegistryClient,
  blob: Descriptor & { readonly origin: LayerOrigin },
  blobs: BlobStore,
): Promise<void> {
  if (blobs.has(blob.digest)) return;
  try {
    await blobs.writeStream(blob.mediaType, blobContent(client, blob), blob);
  } catch (error) {
    if (!imageDigestMismatch.is(error)) throw error;
    throw imageDigestMismatch(`the registry "${client.registry}" served something else as "${blob.digest}"`, {
      hint: `${error.message}; a proxy, a mirror or an attacker may change what it serves`,
      cause: error,
    });
  }
}

async function* blobContent(
  client: RegistryClient,
  blob: Descriptor & { readonly origin: LayerOrigin },
): AsyncGenerator<Buffer> {
  const patience = createPatience(client.options.retry, client.options.signal);
  const request = blobRequest(blob);
  let done = 0;
  while (true) {
    try {
      for await (const chunk of readFrom(client, request, done)) {
        yield chunk;
        done += chunk.length;
        patience.progressed();
        client.options.onProgress?.({ kind: 'download', blob, done });
        // more than was announced cannot be the blob: no need to read on
        if (done > blob.size) return;
      }
      return;
    } catch (error) {
      if (isSlipwayError(error) || !isPassing(error) || !(await patience.again()))
        throw networkFailure(error, { registry: client.registry, subject: request.subject });
    }
  }
}

async function* readFrom(
  client: RegistryClient,
  request: RegistryRequest,
  offset: number,
): AsyncGenerator<Buffer> {
  const range = offset === 0 ? {} : { range: `bytes=${offset}-` };
  const response = await client.request({ ...request, headers: range, expect: [200, 206] });
  // a registry that knows no ranges starts from the beginning
  let skip = response.status === 206 ? 0 : offset;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    const rest = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    if (rest.length > 0) yield rest;
  }
  if (!response.body.complete) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

function blobRequest({ digest, origin }: Descriptor & { readonly origin: LayerOrigin }): RegistryRequest {
  return {
    method: 'GET',
    target: `${origin.repository}/blobs/${digest}`,
    scopes: [`repository:${origin.repository}:pull`],
    expect: [200, 206],
    subject: `the layer "${digest}" of "${origin.registry}/${origin.repository}"`,
  };
}
