import type { PackagedFunction } from '../functions/function-spec.ts';
import type { LoadedImage } from '../functions/image/docker/load-image.ts';
import { imageNamePart } from '../functions/image/image-name.ts';
import type { BuiltImage } from '../functions/image/image-request.ts';
import type { Job } from '../runtime/job.ts';
import { packagedOf } from './packaged-of-job.ts';
import { cacheDirectory, type Workspace } from './workspace.ts';

/**
 * The job with the image that it runs in: the one it names, else the ready image of project.yaml, else one built of its function and
 * loaded into Docker; what is there already is neither built nor loaded again.
 */
export async function imageOfRun(workspace: Workspace, job: Job, packaged?: PackagedFunction): Promise<Job> {
  if (job.image !== undefined) return job;
  const { image } = workspace.project.spec;
  if (typeof image === 'string') return { ...job, image };
  const built = await builtOnce(workspace, packaged ?? packagedOf(job));
  const { id } = await loadImage(workspace, built);
  return { ...job, image: id, function: { ...job.function, image: built.manifest.digest } };
}

const builtImages = new WeakMap<Workspace, Map<string, Promise<BuiltImage>>>();

/** What a workspace has built it keeps: the steps of a pipeline and the trials of a sweep that share a function share its image. */
function builtOnce(workspace: Workspace, packaged: PackagedFunction): Promise<BuiltImage> {
  const known = builtImages.get(workspace) ?? new Map<string, Promise<BuiltImage>>();
  builtImages.set(workspace, known);
  const key = `${packaged.spec.metadata.name} ${packaged.bundle.directory}`;
  const image = known.get(key) ?? build(workspace, packaged);
  known.set(key, image);
  // what failed once may do better the next time
  image.catch(() => known.delete(key));
  return image;
}

async function build(workspace: Workspace, packaged: PackagedFunction): Promise<BuiltImage> {
  const { buildFunctionImage } = await import('./build-function-image.ts');
  const { onProgress } = workspace;
  const onOutput = (text: string): void => onProgress?.(text.trimEnd());
  return (await buildFunctionImage(workspace, packaged, { onOutput })).image;
}

/** Costs one request where the daemon has it; it may have been removed since the last run. */
async function loadImage(workspace: Workspace, image: BuiltImage): Promise<LoadedImage> {
  const [{ loadIntoDocker }, { openBlobStore }] = await Promise.all([
    import('../functions/image/docker/load-image.ts'),
    import('../functions/image/oci/blob-store.ts'),
  ]);
  const blobs = openBlobStore(cacheDirectory(workspace.project));
  return loadIntoDocker(image, tagOf(image), {
    blobs,
    env: workspace.env,
    onSend: (reference) => workspace.onProgress?.(`loading image ${reference} into Docker`),
  });
}

/** One for each image: runs that start at once with different code do not take each other's. */
function tagOf({ function: name, config }: BuiltImage): string {
  return `slipway/${imageNamePart(name)}:${config.digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
}
