import type { BlobStore } from '../oci/blob-store.ts';
import type { ImageLayer, LayerOrigin } from '../oci/image.ts';
import { downloadBlob } from './download-blob.ts';
import { imageNotFound } from './errors.ts';

import { forEachParallel } from './parallel.ts';
import { openRegistry, type RegistryClient } from './registry-client.ts';
import type { RegistryOptions } from './registry-options.ts';

export type RemoteLayer = ImageLayer & { readonly origin: LayerOrigin };

/**
 * Brings the layers of a base image that are still in their registry into the blob store, several at a time.
 * @throws IMAGE_NOT_FOUND where the base was deleted meanwhile, and all that a registry can answer
 */
export async function downloadLayers(
  layers: readonly ImageLayer[],
  options: RegistryOptions & { readonly blobs: BlobStore },
): Promise<void> {
  const { blobs, parallel = 4 } = options;
  const missing = layers.filter(
    (layer): layer is RemoteLayer => layer.origin !== undefined && !blobs.has(layer.digest),
  );
  const clients = new Map<string, RegistryClient>();
  await forEachParallel(missing, parallel, async (layer) => {
    const { registry } = layer.origin;
    const client = clients.get(registry) ?? openRegistry(registry, options);
    clients.set(registry, client);
    await downloadBlob(client, layer, blobs).catch((error: unknown) => {
      throw explainMissing(error, layer);
    });
  });
}

/** The manifest named the layer when the base was resolved, so a missing one was deleted since. */
export function explainMissing(error: unknown, { digest, origin }: RemoteLayer): unknown {
  if (!imageNotFound.is(error)) return error;
  return imageNotFound(
    `the base image's layer "${digest}" is gone from "${origin.registry}/${origin.repository}"`,
    {
      hint: 'the base was deleted after its digest was looked up: build again, or choose another base',
      cause: error,
    },
  );
}
