import path from 'node:path';
import type { BuildImageRequest } from '../image-request.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Platform } from '../oci/descriptor.ts';
import type { BaseImage } from '../oci/image.ts';
import { type ResolvedBase, selfBase } from './self-base.ts';

/** What decides a base image, and how it is fetched. */
export type BaseRequest = Pick<BuildImageRequest, 'recipe' | 'root' | 'registry' | 'onOutput'>;

/**
 * The base image that a recipe asks for, at the digest that it has now.
 * @throws IMAGE_BASE_UNAVAILABLE, and what reading registries and archives throws
 */
export async function resolveBase(
  request: BaseRequest,
  platform: Platform,
  blobs: BlobStore,
): Promise<ResolvedBase> {
  const { base = 'self', commands = [] } = request.recipe ?? {};
  if (base === 'self') return selfBase(blobs, platform);
  const found = isArchive(base)
    ? await archiveBase(base, request, platform, blobs)
    : await registryBase(base, request, platform, blobs);
  return commands.length === 0 ? given(found) : withCommands(found, commands, request, blobs);
}

async function archiveBase(
  base: string,
  { root }: BaseRequest,
  platform: Platform,
  blobs: BlobStore,
): Promise<BaseImage> {
  const { readArchiveImage } = await import('../archive/read-archive.ts');
  const image = await readArchiveImage(path.resolve(root, base), { platform, blobs });
  // where the archive lies on this machine is nobody else's business, and would change the image
  return { ...image, reference: path.basename(base) };
}

async function registryBase(
  base: string,
  { registry }: BaseRequest,
  platform: Platform,
  blobs: BlobStore,
): Promise<BaseImage> {
  const { readRegistryImage } = await import('../registry/read-image.ts');
  return readRegistryImage(base, { platform, blobs, ...registry });
}

async function withCommands(
  base: BaseImage,
  commands: readonly string[],
  { registry, onOutput }: BaseRequest,
  blobs: BlobStore,
): Promise<ResolvedBase> {
  const { runCommands } = await import('../docker/run-commands.ts');
  const options = { ...registry, blobs, ...(onOutput === undefined ? {} : { onOutput }) };
  const { built, ...image } = await runCommands(base, commands, options);
  const what = `${commands.length === 1 ? 'a command' : `${commands.length} commands`} on base image "${base.reference}" (${base.digest.slice(0, 19)})`;
  return { image, reused: built === undefined, reason: built === undefined ? `the same ${what}` : what };
}

/** A path, not a name in a registry: it says so by its beginning or by its ending. */
export const isArchive = (base: string): boolean =>
  /^(?:\.{0,2}[/\\]|[A-Za-z]:[/\\])|\.(?:tar|tgz|tar\.gz)$/.test(base);

/** Layers of a given image are never made here. */
function given(image: BaseImage): ResolvedBase {
  return {
    image,
    reused: true,
    reason: `base image "${image.reference}" (${image.digest.slice(0, 19)})`,
  };
}
