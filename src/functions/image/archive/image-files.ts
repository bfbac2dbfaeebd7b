import { imageBlobMissing } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Image } from '../oci/image.ts';
import { type ImageIndex, type ImageManifest, mediaTypes } from '../oci/manifest.ts';
import { attachmentBlobs } from '../registry/push-attachments.ts';
import type { TarFile } from './pack-entries.ts';

export interface LayoutOptions {
  /** Tags, `name:tag`. */
  readonly names?: readonly string[];
  /** Names of blobs that are left out. */
  readonly without?: ReadonlySet<string>;
}

/** The files of an OCI image layout that holds one image with its attachments, under these names. */
export function layoutFiles(
  image: Image,
  blobs: BlobStore,
  { names = [], without = new Set() }: LayoutOptions = {},
): readonly TarFile[] {
  const top = layoutIndex(image, blobs, names);
  const below = image.attachments.length === 0 ? [] : top.manifests.slice(0, 1);
  return [
    { name: 'oci-layout', content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    { name: 'index.json', content: json(top) },
    ...imageBlobs(image, blobs, below)
      .filter((blob) => !without.has(blobName(blob)))
      .map((blob) => blobFile(blob, blobs)),
  ];
}

/** What `docker load` reads: beside the layout, a list of images in Docker's own form. */
export function dockerFiles(image: Image, blobs: BlobStore, options: LayoutOptions = {}): readonly TarFile[] {
  const tags = options.names ?? [];
  const list = [
    {
      Config: blobName(image.config),
      RepoTags: tags.length === 0 ? null : tags,
      Layers: image.layers.map(blobName),
    },
  ];
  return [{ name: 'manifest.json', content: json(list) }, ...layoutFiles(image, blobs, options)];
}

export function blobName({ digest }: Pick<Descriptor, 'digest'>): string {
  return `blobs/sha256/${digest.replace('sha256:', '')}`;
}

/** An image with attachments stands in an index of its own, for programs that want one entry at the top. */
function layoutIndex(image: Image, blobs: BlobStore, names: readonly string[]): ImageIndex {
  const top = image.attachments.length === 0 ? imageEntry(image) : attachedIndex(image, blobs);
  const entries = names.map((name) => ({
    ...top,
    annotations: {
      'org.opencontainers.image.ref.name': afterColon(name),
      // what containerd, and Docker on top of it, call the image
      'io.containerd.image.name': name,
    },
  }));
  return index(entries.length === 0 ? [top] : entries);
}

function attachedIndex(image: Image, blobs: BlobStore): Descriptor {
  const attachments = image.attachments.map((attachment) => ({
    ...plain(attachment),
    ...artifactTypeOf(attachment, blobs),
    // so that nobody takes it for an image that could run
    platform: { os: 'unknown', architecture: 'unknown' },
  }));
  return blobs.writeBytes(mediaTypes.index, json(index([imageEntry(image), ...attachments])));
}

function artifactTypeOf({ digest }: Descriptor, blobs: BlobStore): { readonly artifactType?: string } {
  const { artifactType } = JSON.parse(blobs.read(digest).toString('utf8')) as ImageManifest;
  return artifactType === undefined ? {} : { artifactType };
}

function imageEntry({ manifest, platform }: Image): Descriptor {
  return { ...plain(manifest), platform };
}

function plain({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

function index(manifests: readonly Descriptor[]): ImageIndex {
  return { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
}

function afterColon(name: string): string {
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(colon + 1) : 'latest';
}

/** Each blob once, sorted by digest. */
function imageBlobs(image: Image, blobs: BlobStore, others: readonly Descriptor[]): readonly Descriptor[] {
  const { manifest, config, layers, attachments } = image;
  const attached = attachments.flatMap((attachment) => [attachment, ...attachmentBlobs(attachment, blobs)]);
  const all = [manifest, config, ...layers, ...attached, ...others];
  const unique = new Map(all.map((blob) => [blob.digest, blob]));
  return [...unique.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

function blobFile(blob: Descriptor, blobs: BlobStore): TarFile {
  const file = blobs.path(blob.digest);
  if (!blobs.has(blob.digest))
    throw imageBlobMissing(`the blob "${blob.digest}" of the image is not in the cache`, {
      hint: `expected it at "${file}"; build the image again`,
    });
  return { name: blobName(blob), content: { file, size: blob.size } };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
