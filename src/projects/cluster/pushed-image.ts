import type { PackagedFunction } from '../../functions/function-spec.ts';
import { imageOptionsInvalid } from '../../functions/image/build-errors.ts';
import type { Job } from '../../runtime/job.ts';
import { buildFunctionImage, type FunctionImage, imageSettings } from '../build-function-image.ts';
import { packagedOf } from '../packaged-of-job.ts';
import { cacheDirectory, type Workspace } from '../workspace.ts';

export interface PushedImageOptions {
  /** The function, where the caller has it. */
  readonly packaged?: PackagedFunction | undefined;
  /** `registry/name` to push under. @default `image.name` of project.yaml */
  readonly name?: string | undefined;
}

/**
 * The job with an image that a cluster can pull, by digest: the one it names, else the ready image of project.yaml, else one built of
 * its function and pushed; what the registry has already is not sent again.
 * @throws IMAGE_OPTIONS_INVALID where an image is to be pushed and has no name, INVALID_IMAGE_REFERENCE, IMAGE_NOT_FOUND, REGISTRY_…
 */
export async function pushedImageOfRun(
  workspace: Workspace,
  job: Job,
  { packaged, name }: PushedImageOptions,
): Promise<Job> {
  const { image } = workspace.project.spec;
  const ready = job.image ?? (typeof image === 'string' ? image : undefined);
  if (ready !== undefined) return { ...job, image: await pinnedReference(workspace, ready) };
  requirePushName(workspace, job.function.name, name);
  const { image: built, delivered } = await pushedOnce(workspace, packaged ?? packagedOf(job), name);
  const { reference } = delivered;
  return {
    ...job,
    ...(reference === undefined ? {} : { image: reference }),
    function: { ...job.function, image: built.manifest.digest },
  };
}

/** @throws IMAGE_OPTIONS_INVALID where neither the call nor project.yaml says where images go */
export function requirePushName(workspace: Workspace, functionName: string, name: string | undefined): void {
  if (name !== undefined || imageSettings(workspace).name !== undefined) return;
  throw imageOptionsInvalid(
    `the image of function "${functionName}" has no name under which a cluster could pull it`,
    {
      hint: 'say where images go: image: { name: registry.example.com/team/{function} } in project.yaml, or --image-name; or name a ready image with --image (in a notebook: `imageName`, `image`)',
    },
  );
}

const pushed = new WeakMap<Workspace, Map<string, Promise<FunctionImage>>>();

/** Steps of a pipeline and trials of a sweep that share a function share its image, which is asked for once. */
function pushedOnce(
  workspace: Workspace,
  packaged: PackagedFunction,
  name: string | undefined,
): Promise<FunctionImage> {
  const known = pushed.get(workspace) ?? new Map<string, Promise<FunctionImage>>();
  pushed.set(workspace, known);
  const key = JSON.stringify([packaged.spec.metadata.name, packaged.bundle.directory, name]);
  const image = known.get(key) ?? push(workspace, packaged, name);
  known.set(key, image);
  // what failed once may do better the next time
  image.catch(() => known.delete(key));
  return image;
}

async function push(
  workspace: Workspace,
  packaged: PackagedFunction,
  name: string | undefined,
): Promise<FunctionImage> {
  const { onProgress } = workspace;
  const result = await buildFunctionImage(workspace, packaged, {
    push: true,
    onOutput: (text) => onProgress?.(text.trimEnd()),
    ...(name === undefined ? {} : { name }),
  });
  const { reference, uploaded = [] } = result.delivered;
  if (uploaded.length > 0) onProgress?.(`image: pushed ${reference}`);
  return result;
}

/**
 * The image that a name stands for at this moment, by digest: two pods of a run are never to differ.
 * @throws INVALID_IMAGE_REFERENCE, IMAGE_NOT_FOUND, REGISTRY_…
 */
export async function pinnedReference({ project, env }: Workspace, name: string): Promise<string> {
  const [
    { parseImageReference, renderImageReference },
    { openRegistry },
    { readManifest },
    { openBlobStore },
  ] = await Promise.all([
    import('../../functions/image/registry/reference.ts'),
    import('../../functions/image/registry/registry-client.ts'),
    import('../../functions/image/registry/read-manifest.ts'),
    import('../../functions/image/oci/blob-store.ts'),
  ]);
  const { tag: _tag, ...reference } = parseImageReference(name);
  if (reference.digest !== undefined) return renderImageReference(reference);
  const client = openRegistry(reference.registry, { env });
  const blobs = openBlobStore(cacheDirectory(project));
  const { descriptor } = await readManifest(client, parseImageReference(name), blobs);
  return renderImageReference({ ...reference, digest: descriptor.digest });
}
