import { invalidImageReference } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Image, ImageLayer } from '../oci/image.ts';
import { placesOf, recordPlaces } from './blob-places.ts';
import { downloadLayers } from './download-layers.ts';
import { forEachParallel } from './parallel.ts';
import { attachmentBlobs, hasAttachments, pushAttachments } from './push-attachments.ts';
import { manifestDigest, putManifest } from './push-manifest.ts';
import { type ImageReference, parseImageReference, renderImageReference } from './reference.ts';
import { openRegistry, type RegistryClient } from './registry-client.ts';
import type { RegistryOptions } from './registry-options.ts';
import { hasBlob, mountBlob, type UploadOutcome, uploadBlob } from './upload-blob.ts';

export interface PushOptions extends RegistryOptions {
  readonly blobs: BlobStore;
}

export interface PushedImage {
  /** `registry/name@sha256:…` */
  readonly reference: string;
  readonly uploaded: readonly Descriptor[];
  /** Taken over from another repository of the registry. */
  readonly mounted: readonly Descriptor[];
  /** In the repository already. */
  readonly skipped: readonly Descriptor[];
}

/**
 * Puts an image and its attachments into a registry. What is there is not sent again; the image's own manifest comes last, so
 * that nobody sees half an image. An unchanged image costs one request, and one an attachment.
 * @throws REGISTRY_…, IMAGE_NOT_FOUND, IMAGE_DIGEST_MISMATCH
 */
export async function pushImage(
  image: Image,
  reference: ImageReference | string,
  options: PushOptions,
): Promise<PushedImage> {
  const named = typeof reference === 'string' ? parseImageReference(reference) : reference;
  const { registry, repository, tag = 'latest', digest } = named;
  if (digest !== undefined)
    throw invalidImageReference(
      `"${renderImageReference(named)}" names a digest, and an image is pushed under a tag`,
      {
        hint: `leave out "@${digest}"; the digest is part of what comes back`,
      },
    );
  const client = openRegistry(registry, options);
  const { blobs } = options;
  const content = contentOf(image, blobs);
  const pushed = { reference: renderImageReference({ registry, repository, digest: image.manifest.digest }) };
  const [current, attached] = await Promise.all([
    manifestDigest(client, { repository, name: tag }),
    hasAttachments(client, image.attachments, repository),
  ]);
  if (current === image.manifest.digest && attached)
    return { ...pushed, uploaded: [], mounted: [], skipped: content };
  const outcomes = new Map<Descriptor, UploadOutcome>();
  await forEachParallel(content, options.parallel ?? 4, async (blob) => {
    outcomes.set(blob, await bringBlob(client, blob, { ...options, repository }));
  });
  await pushAttachments(client, image.attachments, { repository, subject: image.manifest.digest, blobs });
  await putManifest(client, image.manifest, { repository, name: tag, blobs });
  recordPlaces(blobs, image.layers, { registry, repository });
  const having = (outcome: UploadOutcome): readonly Descriptor[] =>
    content.filter((blob) => outcomes.get(blob) === outcome);
  return { ...pushed, uploaded: having('uploaded'), mounted: having('mounted'), skipped: having('skipped') };
}

/** Every blob once, largest first so that none is left for the end alone. */
function contentOf(image: Image, blobs: BlobStore): readonly (Descriptor | ImageLayer)[] {
  const all = [
    ...image.layers,
    image.config,
    ...image.attachments.flatMap((attachment) => attachmentBlobs(attachment, blobs)),
  ];
  const unique = new Map(all.map((blob) => [blob.digest, blob]));
  return [...unique.values()].sort((a, b) => b.size - a.size);
}

async function bringBlob(
  client: RegistryClient,
  blob: Descriptor | ImageLayer,
  options: PushOptions & { readonly repository: string },
): Promise<UploadOutcome> {
  const { repository, blobs } = options;
  if (await hasBlob(client, blob, repository)) return 'skipped';
  const from = mountable(client.registry, blob, options);
  const { mounted, started } =
    from === undefined ? { mounted: false } : await mountBlob(client, blob, { repository, from });
  if (mounted) return 'mounted';
  if ('diffId' in blob) await downloadLayers([blob], options);
  await uploadBlob(client, blob, { repository, blobs, started });
  return 'uploaded';
}

/** Another repository of this registry that should have the blob. */
function mountable(
  registry: string,
  blob: Descriptor | ImageLayer,
  { repository, blobs }: PushOptions & { readonly repository: string },
): string | undefined {
  const places = [...('origin' in blob && blob.origin ? [blob.origin] : []), ...placesOf(blobs, blob)];
  return places.find((place) => place.registry === registry && place.repository !== repository)?.repository;
}
