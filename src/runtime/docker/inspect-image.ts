import type Docker from 'dockerode';
import { isSlipwayError } from '../../core/error.ts';
import { diskFull } from '../../core/errors.ts';
import { parseImageReference } from '../../functions/image/registry/reference.ts';
import type { ContainerImage } from './container-image.ts';
import { containerImageMissing } from './errors.ts';
import { daemonText } from './explain-docker.ts';
import { type PullOptions, pullImage } from './pull-image.ts';

/** First program of images that Slipway built. */
const init = '/slipway/init';
/** Label with the digest of the bundle in an image. */
const bundleLabel = 'slipway.bundle';

/**
 * The image that a reference stands for at the daemon, pulled if it is not there.
 * @throws CONTAINER_IMAGE_MISSING, INVALID_IMAGE_REFERENCE, DISK_FULL, DOCKER_CONFIG_INVALID, CREDENTIAL_HELPER_FAILED
 */
export async function inspectImage(
  docker: Docker,
  reference: string,
  options: PullOptions = {},
): Promise<ContainerImage> {
  if (!isId(reference)) parseImageReference(reference);
  const found = (await inspect(docker, reference)) ?? (await pull(docker, reference, options));
  const { Id: id, RepoDigests: digests, Config: config, Os: os, Architecture: architecture } = found;
  const { Entrypoint: entrypoint, Labels: labels } = config;
  const bundle = labels?.[bundleLabel];
  return {
    reference,
    id,
    digest: manifestDigest(reference, digests ?? []) ?? id,
    platform: `${os}/${architecture}`,
    hasRunner: Array.isArray(entrypoint) && entrypoint[0] === init,
    ...(bundle === undefined ? {} : { bundle }),
  };
}

/** Of the repository that was asked for, else of any that the daemon had it from. */
function manifestDigest(reference: string, digests: readonly string[]): string | undefined {
  const repository = reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const best = digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0];
  return best?.slice(best.indexOf('@') + 1);
}

async function inspect(docker: Docker, reference: string): Promise<Docker.ImageInspectInfo | undefined> {
  try {
    return await docker.getImage(reference).inspect();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

async function pull(
  docker: Docker,
  reference: string,
  options: PullOptions,
): Promise<Docker.ImageInspectInfo> {
  if (!isId(reference)) {
    try {
      await pullImage(docker, reference, options);
      return await docker.getImage(reference).inspect();
    } catch (error) {
      if (isSlipwayError(error)) throw error;
      if (/no space left on device/i.test(daemonText(error))) throw noRoom(reference, error);
      throw missing(reference, `, and pulling it failed: ${daemonText(error)}`, error);
    }
  }
  throw missing(reference, '');
}

/** An id is no name that a registry knows. */
const isId = (reference: string): boolean => /^(sha256:)?[0-9a-f]{12,64}$/.test(reference);

function noRoom(reference: string, cause: unknown): Error {
  return diskFull(`image "${reference}" cannot be pulled: the disk of the Docker daemon is full`, {
    hint: 'make room, e.g. with `docker system prune`',
    cause,
  });
}

function missing(reference: string, why: string, cause?: unknown): Error {
  return containerImageMissing(`the Docker daemon has no image "${reference}"${why}`, {
    hint: 'check its name (`docker images`), pull or build it, or leave the image out to have it built',
    ...(cause === undefined ? {} : { cause }),
  });
}
