import path from 'node:path';
import type { BuildImageRequest } from '../image-request.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Platform } from '../oci/descriptor.ts';
import type { BaseImage } from '../oci/image.ts';
import { type ResolvedBase, selfBase } from './self-base.ts';

/**
 * The base image that a recipe asks for, at the digest that it has now.
 * @throws IMAGE_BASE_UNAVAILABLE, and what reading registries and archives throws
 */
export async function resolveBase(
  request: BuildImageRequest,
  platform: Platform,
  blobs: BlobStore,
): Promise<ResolvedBase> {
  const base = request.recipe?.base ?? 'self';
  if (base === 'self') return selfBase(blobs, platform);
  if (isArchive(base)) {
    const { readArchiveImage } = await import('../archive/read-archive.ts');
    const image = await readArchiveImage(path.resolve(request.root, base), { platform, blobs });
    // where the archive lies on this machine is nobody else's business, and would change the image
    return given({ ...image, reference: path.basename(base) });
  }
  const { readRegistryImage } = await import('../registry/read-image.ts');
  return given(await readRegistryImage(base, { platform, blobs, ...request.registry }));
}

/** A path, not a name in a registry: it says so by its beginning or by its ending. */
const isArchive = (base: string): boolean =>
  /^(?:\.{0,2}[/\\]|[A-Za-z]:[/\\])|\.(?:tar|tgz|tar\.gz)$/.test(base);

/** Layers of a given image are never made here. */
function given(image: BaseImage): ResolvedBase {
  return {
    image,
    reused: true,
    reason: `base image "${image.reference}" (${image.digest.slice(0, 19)})`,
  };
}
