import type { PackagedFunction } from '../functions/function-spec.ts';
import { imageOptionsInvalid } from '../functions/image/build-errors.ts';
import { buildImage } from '../functions/image/build-image.ts';
import { type DeliveredImage, deliverImage } from '../functions/image/deliver-image.ts';
import { checkDelivery, type ImageDelivery } from '../functions/image/image-delivery.ts';
import { defaultImageName, fillImageName } from '../functions/image/image-name.ts';
import type { BuiltImage, ImageRecipe } from '../functions/image/image-request.ts';
import { openBlobStore } from '../functions/image/oci/blob-store.ts';
import type { RegistryOptions } from '../functions/image/registry/registry-options.ts';
import type { ImageSettings } from './project-spec.ts';
import { cacheDirectory, type Workspace } from './workspace.ts';

export interface FunctionImageRequest {
  /** What differs from the `image` of project.yaml. */
  readonly recipe?: ImageRecipe;
  /** Name for pushing and loading. @default `image.name` of project.yaml; for loading `slipway/<function>` */
  readonly name?: string;
  /** `true` takes the name. */
  readonly push?: string | boolean;
  /** `true` takes the name. */
  readonly load?: string | boolean;
  /** Archive to write, absolute. */
  readonly output?: string;
  readonly archiveFormat?: 'oci' | 'docker';
  readonly registry?: RegistryOptions;
  /** Hears what the recipe's commands print, a piece at a time. */
  readonly onOutput?: (text: string) => void;
}

export interface FunctionImage {
  readonly image: BuiltImage;
  readonly delivered: DeliveredImage;
}

/**
 * Builds the image of a function as project.yaml and the request say, and delivers it.
 * @throws everything that `buildImage`, `checkDelivery` and `deliverImage` throw
 */
export async function buildFunctionImage(
  workspace: Workspace,
  packaged: PackagedFunction,
  request: FunctionImageRequest = {},
): Promise<FunctionImage> {
  const { project } = workspace;
  const { name: projectName, ...settings } = imageSettings(workspace);
  const name = request.name ?? projectName;
  const delivery = planDelivery(request, name, packaged.spec.metadata.name);
  checkDelivery(delivery);
  const cache = cacheDirectory(project);
  const registry: RegistryOptions = { env: workspace.env, ...request.registry };
  const image = await buildImage({
    packaged,
    root: project.root,
    cacheDirectory: cache,
    recipe: mergeRecipes(settings, request.recipe ?? {}),
    secrets: project.spec.secrets ?? [],
    env: workspace.env,
    registry,
    ...(request.onOutput === undefined ? {} : { onOutput: request.onOutput }),
  });
  return { image, delivered: await deliverImage(image, delivery, { blobs: openBlobStore(cache), registry }) };
}

/** How project.yaml wants images of its functions to be built; nothing where it names a ready image. */
export function imageSettings({ project }: Workspace): ImageSettings {
  const { image } = project.spec;
  return image === undefined || typeof image === 'string' ? {} : image;
}

function planDelivery(
  { push, load, output, archiveFormat }: FunctionImageRequest,
  name: string | undefined,
  functionName: string,
): ImageDelivery {
  const named = name === undefined ? undefined : fillImageName(name, functionName);
  const fallback = defaultImageName(functionName);
  if (push === true && named === undefined)
    throw imageOptionsInvalid(`the image of function "${functionName}" cannot be pushed: it has no name`, {
      hint: 'give one: push: "registry.example.com/team/train"',
    });
  const target = (way: string | boolean | undefined, otherwise: string): string | undefined =>
    way === true ? (named ?? otherwise) : way === false ? undefined : way;
  const pushed = target(push, '');
  const loaded = target(load, fallback);
  return {
    ...(pushed === undefined ? {} : { push: pushed }),
    ...(loaded === undefined ? {} : { load: loaded }),
    ...(output === undefined ? {} : { output, tag: named ?? fallback }),
    ...(archiveFormat === undefined ? {} : { archiveFormat }),
  };
}

/** The request's word counts before the project's; variables and labels add up, and so do requirements. */
function mergeRecipes(project: ImageRecipe, given: ImageRecipe): ImageRecipe {
  const env = { ...project.env, ...given.env };
  const labels = { ...project.labels, ...given.labels };
  const requirements = [...new Set([...(project.requirements ?? []), ...(given.requirements ?? [])])];
  return {
    ...project,
    ...given,
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(requirements.length > 0 ? { requirements } : {}),
  };
}
