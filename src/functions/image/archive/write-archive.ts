import type { BlobStore } from '../oci/blob-store.ts';
import type { Image } from '../oci/image.ts';
import { downloadLayers } from '../registry/download-layers.ts';
import type { RegistryOptions } from '../registry/registry-options.ts';
import { dockerFiles, layoutFiles } from './image-files.ts';
import { packEntries } from './pack-entries.ts';
import { writeFileStream } from './write-file.ts';

export interface WriteArchiveOptions extends RegistryOptions {
  readonly blobs: BlobStore;
}

/**
 * Writes an image with its attachments as an OCI archive: a tar of an image layout, which skopeo, podman and containerd read. The
 * same image gives the same bytes. Base layers that are still in their registry are fetched.
 * @throws DISK_FULL, ACCESS_DENIED, IMAGE_ARCHIVE_INVALID, and what fetching layers throws
 */
export async function writeOciArchive(
  image: Image,
  file: string,
  options: WriteArchiveOptions,
): Promise<void> {
  await downloadLayers(image.layers, options);
  await writeFileStream(file, await packEntries(layoutFiles(image, options.blobs)));
}

/**
 * Writes an image as `docker load` reads it, under the tags given (`name:tag`); it is an OCI archive too.
 * @throws DISK_FULL, ACCESS_DENIED, IMAGE_ARCHIVE_INVALID, and what fetching layers throws
 */
export async function writeDockerArchive(
  image: Image,
  file: string,
  options: WriteArchiveOptions & { readonly tags?: readonly string[] },
): Promise<void> {
  await downloadLayers(image.layers, options);
  await writeFileStream(
    file,
    await packEntries(dockerFiles(image, options.blobs, { names: options.tags ?? [] })),
  );
}
