import type Docker from 'dockerode';

export interface CollectDockerImagesOptions {
  readonly dryRun: boolean;
  /** Images to leave, by their ids. */
  readonly keep: ReadonlySet<string>;
  /** Milliseconds since the epoch. @default now */
  readonly now?: number;
}

/** What is younger may be about to run. */
const youngMs = 24 * 3600_000;

/** `slipway/<function>:<digest>`, `slipway/base:…` and `slipway/commands:…`: the names that Slipway gives by itself, no others. */
const ownTag = /^slipway\/[^:]+:[0-9a-f]{12}$/;

/**
 * Removes, from a Docker daemon, images that Slipway named, that no container uses and that were tagged more than a day ago.
 * @returns their tags
 */
export async function collectDockerImages(
  docker: Docker,
  { dryRun, keep, now = Date.now() }: CollectDockerImagesOptions,
): Promise<readonly string[]> {
  const images = await docker.listImages({ filters: JSON.stringify({ reference: ['slipway/*'] }) });
  const containers = await docker.listContainers({ all: true });
  const inUse = new Set([...keep, ...containers.map(({ ImageID: id }) => id)]);
  const gone: string[] = [];
  for (const { Id: id, RepoTags: tags } of images) {
    const own = (tags ?? []).filter((tag) => ownTag.test(tag));
    if (own.length === 0 || inUse.has(id) || now - (await taggedAt(docker, id)) < youngMs) continue;
    for (const tag of own) if (dryRun || (await remove(docker, tag))) gone.push(tag);
  }
  return gone;
}

/** When it was last given a name; 0 where the daemon does not know, or the image has gone meanwhile. */
async function taggedAt(docker: Docker, id: string): Promise<number> {
  try {
    const { Metadata: metadata } = (await docker.getImage(id).inspect()) as Docker.ImageInspectInfo & {
      readonly Metadata?: { readonly LastTagTime?: string };
    };
    const at = Date.parse(metadata?.LastTagTime ?? '');
    return Number.isFinite(at) ? at : 0;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return 0;
    throw error;
  }
}

/** Not by force: what a container has begun to use meanwhile stays. */
async function remove(docker: Docker, tag: string): Promise<boolean> {
  try {
    await docker.getImage(tag).remove();
    return true;
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode === 404 || statusCode === 409) return false;
    throw error;
  }
}
