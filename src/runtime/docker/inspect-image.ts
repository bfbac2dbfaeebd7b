import type Docker from 'dockerode';
import { parseImageReference } from '../../functions/image/registry/reference.ts';
import type { ContainerImage } from './container-image.ts';
import { containerImageMissing } from './errors.ts';
import { daemonText } from './explain-docker.ts';

/** First program of images that Slipway built. */
const init = '/slipway/init';
/** Label with the digest of the bundle in an image. */
const bundleLabel = 'slipway.bundle';

/**
 * The image that a reference stands for at the daemon, pulled if it is not there.
 * @throws CONTAINER_IMAGE_MISSING, INVALID_IMAGE_REFERENCE
 */
export async function inspectImage(docker: Docker, reference: string): Promise<ContainerImage> {
  if (!isId(reference)) parseImageReference(reference);
  const found = (await inspect(docker, reference)) ?? (await pull(docker, reference));
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

async function pull(docker: Docker, reference: string): Promise<Docker.ImageInspectInfo> {
  if (!isId(reference)) {
    try {
      const progress = await docker.pull(withTag(reference));
      await new Promise<void>((resolve, reject) =>
        docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve())),
      );
      return await docker.getImage(reference).inspect();
    } catch (error) {
      throw missing(reference, `, and pulling it failed: ${daemonText(error)}`, error);
    }
  }
  throw missing(reference, '');
}

/** An id is no name that a registry knows. */
const isId = (reference: string): boolean => /^(sha256:)?[0-9a-f]{12,64}$/.test(reference);

/** Without a tag, the daemon would pull all there are. */
function withTag(reference: string): string {
  return /[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`;
}

function missing(reference: string, why: string, cause?: unknown): Error {
  return containerImageMissing(`the Docker daemon has no image "${reference}"${why}`, {
    hint: 'check its name (`docker images`), pull or build it, or leave the image out to have it built',
    ...(cause === undefined ? {} : { cause }),
  });
}
