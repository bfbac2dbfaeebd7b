import type Docker from 'dockerode';
import { isSlipwayError } from '../../../core/error.ts';
import { diskFull } from '../../../core/errors.ts';
import { blobName, dockerFiles } from '../archive/image-files.ts';
import { packEntries, type TarFile } from '../archive/pack-entries.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Image } from '../oci/image.ts';
import { downloadLayers } from '../registry/download-layers.ts';
import { parseImageReference } from '../registry/reference.ts';
import type { RegistryOptions } from '../registry/registry-options.ts';
import { connectDocker } from './connect-docker.ts';
import { daemonMessage } from './daemon-message.ts';
import { dockerLoadFailed } from './errors.ts';
import { followDaemon } from './follow-daemon.ts';

export interface LoadOptions extends RegistryOptions {
  readonly blobs: BlobStore;
  /** A client to use. @default one for the user's daemon */
  readonly docker?: Docker;
  /** Hears, before anything is sent, under which name. */
  readonly onSend?: (reference: string) => void;
}

export interface LoadedImage {
  /** The daemon's own name of the image. */
  readonly id: string;
  /** The tag under which it has it. */
  readonly reference: string;
  /** Whether the daemon had it already. */
  readonly existed: boolean;
}

/** Layers from this size on are first left out of what is sent, in case the daemon has them. */
const worthAsking = 1 << 20;

/**
 * Gives an image to the Docker daemon under a tag. One that is there under that tag costs one request; of another, only the
 * layers that the daemon lacks are sent.
 * @throws INVALID_IMAGE_REFERENCE, DOCKER_UNAVAILABLE, DOCKER_FORBIDDEN, DOCKER_LOAD_FAILED, DISK_FULL
 */
export async function loadIntoDocker(image: Image, tag: string, options: LoadOptions): Promise<LoadedImage> {
  const reference = fullTag(tag);
  const docker = options.docker ?? (await connectDocker(options.env ? { env: options.env } : {}));
  // a daemon with containerd's store names images by their manifest
  const ids = [image.config.digest, image.manifest.digest];
  const tagged = await idOf(docker, reference);
  if (tagged !== undefined && ids.includes(tagged)) return { id: tagged, reference, existed: true };
  for (const id of ids) {
    if ((await idOf(docker, id)) === undefined) continue;
    await docker.getImage(id).tag(splitTag(reference));
    return { id, reference, existed: true };
  }
  options.onSend?.(reference);
  await send(docker, image, { ...options, reference });
  // a daemon keeps the time of a tag that it was asked for, not of one that came with an image: by it, old images are told
  await docker.getImage(reference).tag(splitTag(reference));
  const id = await idOf(docker, reference);
  if (id !== undefined && ids.includes(id)) return { id, reference, existed: false };
  throw dockerLoadFailed(
    `the Docker daemon has "${id ?? 'nothing'}" as "${reference}", where "${image.config.digest}" was loaded`,
    { hint: 'another process may have taken the tag: try again, or use another tag' },
  );
}

async function send(
  docker: Docker,
  image: Image,
  options: LoadOptions & { readonly reference: string },
): Promise<void> {
  const large = new Set(image.layers.filter(({ size }) => size >= worthAsking).map(blobName));
  if (large.size > 0 && (await sendWithout(docker, image, { ...options, large }))) return;
  await downloadLayers(image.layers, options);
  await load(docker, dockerFiles(image, options.blobs, { names: [options.reference] })).catch(
    (error: unknown) => {
      throw explain(error, options.reference);
    },
  );
}

/** The daemon looks for a layer's content only when it does not have the layer; false when it missed one. */
async function sendWithout(
  docker: Docker,
  image: Image,
  options: LoadOptions & { readonly reference: string; readonly large: ReadonlySet<string> },
): Promise<boolean> {
  const { blobs, reference, large } = options;
  await downloadLayers(
    image.layers.filter((layer) => !large.has(blobName(layer))),
    options,
  );
  try {
    await load(docker, dockerFiles(image, blobs, { names: [reference], without: large }));
    return true;
  } catch (error) {
    if (isSlipwayError(error)) throw error;
    return false;
  }
}

async function load(docker: Docker, files: readonly TarFile[]): Promise<void> {
  const tar = await packEntries(files);
  try {
    const progress = await docker.loadImage(tar, { quiet: 1 });
    await followDaemon(progress);
  } finally {
    tar.destroy();
  }
}

/** The daemon's id of an image; undefined where it has none of that name. */
async function idOf(docker: Docker, name: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(name).inspect()).Id;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

function explain(error: unknown, reference: string): unknown {
  if (isSlipwayError(error)) return error;
  const message = daemonMessage(error);
  if (/no space left/i.test(message))
    return diskFull(`the image "${reference}" cannot be loaded: the disk of the Docker daemon is full`, {
      hint: '"docker system prune" frees what is not used',
      cause: error,
    });
  return dockerLoadFailed(`the Docker daemon did not take the image "${reference}": ${message}`, {
    hint: 'the log of the daemon may say more',
    cause: error,
  });
}

/** With `:latest` where there is no tag, as Docker has it. */
function fullTag(tag: string): string {
  const { tag: given, digest } = parseImageReference(tag);
  if (digest !== undefined)
    throw dockerLoadFailed(`"${tag}" names a digest, and an image is loaded under a tag`, {
      hint: 'leave out what follows "@"',
    });
  return given === undefined ? `${tag}:latest` : tag;
}

function splitTag(reference: string): { repo: string; tag: string } {
  const colon = reference.lastIndexOf(':');
  return { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
