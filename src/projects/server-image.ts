import { type DeliveredImage, deliverImage } from '../functions/image/deliver-image.ts';
import { checkDelivery, type ImageDelivery } from '../functions/image/image-delivery.ts';
import type { BuiltImage } from '../functions/image/image-request.ts';
import { openBlobStore } from '../functions/image/oci/blob-store.ts';
import type { RegistryOptions } from '../functions/image/registry/registry-options.ts';
import { buildServerImage, type ServerImageRequest } from '../functions/image/server/build-server-image.ts';
import { cacheDirectory, type Workspace } from './workspace.ts';

export interface ServerImageWanted {
  readonly recipe: NonNullable<ServerImageRequest['recipe']>;
  readonly registry: RegistryOptions;
  readonly delivery: ImageDelivery;
}

/**
 * Builds the image of the tracking server in the project's cache, and delivers it.
 * @throws everything that `checkDelivery`, `buildServerImage` and `deliverImage` throw
 */
export async function serverImage(
  { project, env }: Workspace,
  wanted: ServerImageWanted,
): Promise<{ readonly image: BuiltImage; readonly delivered: DeliveredImage }> {
  checkDelivery(wanted.delivery);
  const cache = cacheDirectory(project);
  const registry: RegistryOptions = { env, ...wanted.registry };
  const { root } = project;
  const image = await buildServerImage({
    root,
    cacheDirectory: cache,
    recipe: wanted.recipe,
    env,
    registry,
  });
  const blobs = openBlobStore(cache);
  return { image, delivered: await deliverImage(image, wanted.delivery, { blobs, registry }) };
}
