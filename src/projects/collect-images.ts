import type { ImageGarbage } from '../functions/image/collect-images.ts';
import { cacheDirectory, type Workspace } from './workspace.ts';

export interface CollectedImages extends ImageGarbage {
  /** Tags of images removed from Docker, where that was asked for. */
  readonly docker: readonly string[];
}

/**
 * Removes images, and parts of them, that nothing needs any more: from the cache of the project, and from Docker if asked.
 * @throws DOCKER_UNAVAILABLE, DOCKER_FORBIDDEN, where Docker was asked for
 */
export async function collectProjectImages(
  { project, env }: Workspace,
  { dryRun, docker }: { readonly dryRun: boolean; readonly docker: boolean },
): Promise<CollectedImages> {
  const { collectImages, configsInUse } = await import('../functions/image/collect-images.ts');
  const cache = cacheDirectory(project);
  // before anything goes: without its daemon, nothing is half done
  const tags = docker ? await collectFromDocker(env, dryRun, configsInUse(cache)) : [];
  return { ...collectImages(cache, { dryRun }), docker: tags };
}

async function collectFromDocker(
  env: Workspace['env'],
  dryRun: boolean,
  keep: ReadonlySet<string>,
): Promise<readonly string[]> {
  const [{ connectDocker }, { collectDockerImages }] = await Promise.all([
    import('../functions/image/docker/connect-docker.ts'),
    import('../functions/image/docker/collect-docker-images.ts'),
  ]);
  return collectDockerImages(await connectDocker({ env }), { dryRun, keep });
}
