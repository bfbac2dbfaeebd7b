import { imagePlatformNotFound, unsupportedImage } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { BaseImage, ImageLayer, LayerOrigin } from '../oci/image.ts';
import { type ImageConfig, type ImageIndex, type ImageManifest, ociMediaType } from '../oci/manifest.ts';
import { platformMatches, renderPlatform } from '../oci/platform.ts';
import { downloadBlob } from './download-blob.ts';
import { isIndex, type ReadManifest, readManifest } from './read-manifest.ts';
import { type ImageReference, parseImageReference, renderImageReference } from './reference.ts';
import { openRegistry, type RegistryClient } from './registry-client.ts';
import type { RegistryOptions } from './registry-options.ts';

export interface ReadImageOptions extends RegistryOptions {
  readonly platform: Platform;
  readonly blobs: BlobStore;
}

/**
 * Looks an image up in its registry: the manifest for the platform, its digest, its config. Layers stay where they are, each with
 * its origin. A reference with a digest that was read before costs no request at all.
 * @throws IMAGE_NOT_FOUND, IMAGE_PLATFORM_NOT_FOUND, UNSUPPORTED_IMAGE, IMAGE_DIGEST_MISMATCH, REGISTRY_…
 */
export async function readRegistryImage(
  reference: ImageReference | string,
  options: ReadImageOptions,
): Promise<BaseImage> {
  const named = typeof reference === 'string' ? parseImageReference(reference) : reference;
  const { blobs, platform } = options;
  const client = openRegistry(named.registry, options);
  const name = renderImageReference(named);
  const { descriptor, content } = await readForPlatform(client, named, { ...options, name });
  const origin = { registry: named.registry, repository: named.repository };
  const config = await readConfig(client, { ...content.config, origin }, blobs);
  const found = platformOf(config);
  if (!platformMatches(found, platform)) throw noPlatform(name, platform, [found]);
  return {
    reference: typeof reference === 'string' ? reference : name,
    digest: descriptor.digest,
    config,
    layers: imageLayers(content, config, name).map((layer) => ({ ...layer, origin })),
    platform: found,
  };
}

async function readForPlatform(
  client: RegistryClient,
  reference: ImageReference,
  { blobs, platform, name }: ReadImageOptions & { readonly name: string },
): Promise<ReadManifest & { readonly content: ImageManifest }> {
  const first = await readManifest(client, reference, blobs);
  if (!isIndex(first.content)) return { ...first, content: first.content };
  const { digest } = choosePlatform(first.content, platform, name);
  const chosen = await readManifest(client, { ...reference, digest }, blobs);
  if (!isIndex(chosen.content)) return { ...chosen, content: chosen.content };
  throw unsupportedImage(`"${name}" is an index that holds another index`, {
    hint: 'name one of the images inside by its digest',
  });
}

/** @throws IMAGE_PLATFORM_NOT_FOUND with the platforms that there are */
export function choosePlatform(index: ImageIndex, wanted: Platform, name: string): Descriptor {
  // attestations stand in an index under the platform unknown/unknown
  const images = index.manifests.filter(
    ({ platform }) => platform !== undefined && platform.os !== 'unknown',
  );
  const fitting = images.filter(({ platform }) => platform && platformMatches(platform, wanted));
  const chosen = fitting.find(({ platform }) => platform?.variant === wanted.variant) ?? fitting[0];
  if (chosen !== undefined) return chosen;
  throw noPlatform(
    name,
    wanted,
    images.flatMap(({ platform }) => (platform ? [platform] : [])),
  );
}

export function noPlatform(name: string, wanted: Platform, offered: readonly Platform[]): Error {
  const list = [...new Set(offered.map(renderPlatform))].join(', ');
  return imagePlatformNotFound(`"${name}" has no image for "${renderPlatform(wanted)}"`, {
    hint:
      list === ''
        ? 'it has none at all: choose another base'
        : `it has ${list}: ask for one of these, or choose another base`,
    details: { offered: offered.map(renderPlatform) },
  });
}

async function readConfig(
  client: RegistryClient,
  config: Descriptor & { readonly origin: LayerOrigin },
  blobs: BlobStore,
): Promise<ImageConfig> {
  await downloadBlob(client, config, blobs);
  return parseConfig(blobs.read(config.digest), `${client.registry}/${config.origin.repository}`);
}

/** @throws UNSUPPORTED_IMAGE */
export function parseConfig(bytes: Uint8Array, name: string): ImageConfig {
  const fail = (): Error =>
    unsupportedImage(`"${name}" is no container image: its config names no system and no layers`, {
      hint: 'it may be a chart, a signature or another artifact: choose an image',
    });
  let config: Partial<ImageConfig> | null;
  try {
    config = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<ImageConfig> | null;
  } catch {
    throw fail();
  }
  if (!config?.os || !config.architecture || !Array.isArray(config.rootfs?.diff_ids)) throw fail();
  return config as ImageConfig;
}

export function platformOf({ os, architecture, variant }: ImageConfig): Platform {
  return { os, architecture, ...(variant ? { variant } : {}) };
}

/** The layers of a manifest under their OCI media types, each with its diff id. @throws UNSUPPORTED_IMAGE */
export function imageLayers(
  manifest: ImageManifest,
  config: ImageConfig,
  name: string,
): readonly ImageLayer[] {
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length)
    throw unsupportedImage(
      `"${name}" contradicts itself: ${manifest.layers.length} layers, ${diffIds.length} diff ids`,
      { hint: 'push the image again' },
    );
  return manifest.layers.map(({ mediaType, digest, size }, at) => ({
    mediaType: ociMediaType(mediaType),
    digest,
    size,
    diffId: String(diffIds[at]),
  }));
}
