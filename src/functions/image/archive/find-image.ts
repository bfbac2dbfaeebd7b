import { closeSync, openSync, readSync } from 'node:fs';
import { imageDigestMismatch } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Image, ImageLayer } from '../oci/image.ts';
import { type ImageConfig, type ImageIndex, type ImageManifest, mediaTypes } from '../oci/manifest.ts';
import { platformMatches } from '../oci/platform.ts';
import { imageLayers, noPlatform, parseConfig, platformOf } from '../registry/read-image.ts';
import { isIndex, parseManifest } from '../registry/read-manifest.ts';
import { imageArchiveInvalid } from './errors.ts';
import type { UnpackedArchive } from './unpack-archive.ts';

/** An image of an archive with its config. */
export interface FoundImage extends Image {
  readonly configContent: ImageConfig;
}

export interface ArchivePlace {
  /** The archive's name, for messages. */
  readonly name: string;
  readonly platform: Platform;
  readonly blobs: BlobStore;
}

/**
 * The image for a platform in an archive that has been unpacked.
 * @throws IMAGE_ARCHIVE_INVALID, IMAGE_PLATFORM_NOT_FOUND, UNSUPPORTED_IMAGE, IMAGE_DIGEST_MISMATCH
 */
export function findImage(archive: UnpackedArchive, place: ArchivePlace): FoundImage {
  const index = archive.texts.get('index.json');
  const list = archive.texts.get('manifest.json');
  const images = index ? layoutImages(index, place) : list ? dockerImages(list, archive, place) : [];
  if (images.length === 0)
    throw imageArchiveInvalid(`"${place.name}" is a tar that holds no image`, {
      hint: 'give a file that "docker save", "skopeo copy … oci-archive:" or "slipway build --output" wrote',
    });
  const fitting = images.filter((image) => platformMatches(image.platform, place.platform));
  if (fitting.length === 0)
    throw noPlatform(
      place.name,
      place.platform,
      images.map((image) => image.platform),
    );
  const unique = new Map(fitting.map((image) => [image.config.digest, image]));
  const [chosen] = unique.values();
  if (chosen !== undefined && unique.size === 1) return chosen;
  throw imageArchiveInvalid(`"${place.name}" holds ${unique.size} images for the platform`, {
    hint: 'save the one that is meant into an archive of its own',
  });
}

function layoutImages(index: Buffer, place: ArchivePlace): readonly FoundImage[] {
  const { content } = parseManifest(index, mediaTypes.index, place.name);
  return isIndex(content) ? imagesOf(content, place) : [];
}

function imagesOf(index: ImageIndex, place: ArchivePlace): readonly FoundImage[] {
  return index.manifests.flatMap((entry) => {
    if (entry.artifactType !== undefined || entry.platform?.os === 'unknown') return [];
    // saving one platform of several leaves the other platforms' blobs out
    if (!place.blobs.has(entry.digest)) return [];
    const { descriptor, content } = parseManifest(
      place.blobs.read(entry.digest),
      entry.mediaType,
      place.name,
    );
    if (isIndex(content)) return imagesOf(content, place);
    if (content.subject !== undefined || content.artifactType !== undefined) return [];
    return [layoutImage(descriptor, content, place)];
  });
}

function layoutImage(
  manifest: Descriptor,
  content: ImageManifest,
  { name, blobs }: ArchivePlace,
): FoundImage {
  const configContent = parseConfig(blobs.read(content.config.digest), name);
  const layers = imageLayers(content, configContent, name);
  const lost = layers.find(({ digest }) => !blobs.has(digest));
  if (lost !== undefined)
    throw imageArchiveInvalid(`"${name}" lacks the layer "${lost.digest}" of its image`, {
      hint: 'save the image again, with all its layers',
    });
  const { config } = content;
  return { manifest, config, configContent, layers, platform: platformOf(configContent), attachments: [] };
}

interface SavedImage {
  readonly Config: string;
  readonly Layers: readonly string[];
}

function dockerImages(list: Buffer, archive: UnpackedArchive, place: ArchivePlace): readonly FoundImage[] {
  return parseList(list, place.name).map((saved) => {
    const bytes = archive.texts.get(saved.Config) ?? readBlob(archive.blobs.get(saved.Config), place.blobs);
    const configContent = parseConfig(bytes ?? Buffer.alloc(0), place.name);
    const files = saved.Layers.map((at) => layerFile(at, archive, place));
    const layers = files.map((file, at) =>
      savedLayer(file, String(configContent.rootfs.diff_ids[at]), place),
    );
    const config = place.blobs.writeBytes(mediaTypes.config, bytes ?? Buffer.alloc(0));
    const manifest = writeManifest(config, layers, place.blobs);
    return { manifest, config, configContent, layers, platform: platformOf(configContent), attachments: [] };
  });
}

function parseList(list: Buffer, name: string): readonly SavedImage[] {
  try {
    const parsed = JSON.parse(list.toString('utf8')) as readonly SavedImage[];
    if (parsed.every(({ Config, Layers }) => typeof Config === 'string' && Array.isArray(Layers)))
      return parsed;
  } catch {
    // said below
  }
  throw imageArchiveInvalid(`"${name}" has a manifest.json that names no images`, {
    hint: 'save the image again',
  });
}

function layerFile(at: string, { blobs }: UnpackedArchive, { name }: ArchivePlace): Descriptor {
  const file = blobs.get(at);
  if (file !== undefined) return file;
  throw imageArchiveInvalid(`"${name}" lacks the layer "${at}" of its image`, {
    hint: 'save the image again, with all its layers',
  });
}

function readBlob(blob: Descriptor | undefined, blobs: BlobStore): Buffer | undefined {
  return blob && blobs.read(blob.digest);
}

function savedLayer(file: Descriptor, diffId: string, { name, blobs }: ArchivePlace): ImageLayer {
  const mediaType = compressionOf(blobs.path(file.digest));
  if (mediaType === mediaTypes.layer && file.digest !== diffId)
    throw imageDigestMismatch(`"${name}" is damaged: its layer "${diffId}" has the digest "${file.digest}"`, {
      hint: 'save the image again',
    });
  return { ...file, mediaType, diffId };
}

/** By the first bytes. */
function compressionOf(file: string): string {
  const head = Buffer.alloc(4);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head, 0, 4, 0);
  } finally {
    closeSync(handle);
  }
  if (head.readUInt16BE(0) === 0x1f8b) return mediaTypes.layerGzip;
  return head.readUInt32BE(0) === 0x28b52ffd ? mediaTypes.layerZstd : mediaTypes.layer;
}

/** The manifest of an image that came without one. */
export function writeManifest(
  config: Descriptor,
  layers: readonly ImageLayer[],
  blobs: BlobStore,
): Descriptor {
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  };
  return blobs.writeBytes(mediaTypes.manifest, Buffer.from(JSON.stringify(manifest)));
}
