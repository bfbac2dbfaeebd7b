import type { ImageDelivery } from './image-delivery.ts';
import type { BuiltImage } from './image-request.ts';
import type { BlobStore } from './oci/blob-store.ts';
import type { RegistryOptions } from './registry/registry-options.ts';

/** Where an image has gone. */
export interface DeliveredImage {
  /** `registry/name@sha256:…` of a pushed image, the tag of a loaded one. */
  readonly reference?: string;
  /** Digests of the blobs that went over the wire. */
  readonly uploaded?: readonly string[];
  /** Digests of the blobs that were taken over from another repository of the registry. */
  readonly mounted?: readonly string[];
  /** Digests of the blobs that were there already. */
  readonly skipped?: readonly string[];
  /** The daemon's own name of a loaded image. */
  readonly id?: string;
  /** Whether the daemon had it already. */
  readonly existed?: boolean;
  /** The archive. */
  readonly file?: string;
}

/**
 * Pushes a built image, loads it into Docker or writes it as an archive, as asked for.
 * @throws REGISTRY_…, DOCKER_…, DISK_FULL, ACCESS_DENIED
 */
export async function deliverImage(
  image: BuiltImage,
  delivery: ImageDelivery,
  context: { readonly blobs: BlobStore; readonly registry?: RegistryOptions | undefined },
): Promise<DeliveredImage> {
  const { blobs, registry } = context;
  if (delivery.push !== undefined) {
    const { pushImage } = await import('./registry/push-image.ts');
    const { reference, ...blobsBy } = await pushImage(image, delivery.push, { ...registry, blobs });
    return {
      reference,
      uploaded: blobsBy.uploaded.map(({ digest }) => digest),
      mounted: blobsBy.mounted.map(({ digest }) => digest),
      skipped: blobsBy.skipped.map(({ digest }) => digest),
    };
  }
  if (delivery.load !== undefined) {
    const { loadIntoDocker } = await import('./docker/load-image.ts');
    const { id, reference, existed } = await loadIntoDocker(image, delivery.load, { ...registry, blobs });
    return { id, reference, existed };
  }
  if (delivery.output !== undefined) {
    await writeArchive(image, delivery.output, { ...delivery, ...context });
    return { file: delivery.output };
  }
  return {};
}

async function writeArchive(
  image: BuiltImage,
  file: string,
  options: ImageDelivery & { readonly blobs: BlobStore; readonly registry?: RegistryOptions | undefined },
): Promise<void> {
  const { writeDockerArchive, writeOciArchive } = await import('./archive/write-archive.ts');
  const { blobs, registry, archiveFormat, tag } = options;
  if (archiveFormat === 'docker')
    await writeDockerArchive(image, file, { ...registry, blobs, tags: tag === undefined ? [] : [tag] });
  else await writeOciArchive(image, file, { ...registry, blobs });
}
