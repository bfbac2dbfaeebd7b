import type { ApiClient } from '../runtime/kubernetes/api/api-client.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ProjectServer } from './tracking/find-project-server.ts';
import type { StartServer } from './tracking/route-opener.ts';
import type { ClusterSettings, RuntimeSettings } from './workspace.ts';
import { runtimeUnknown } from './workspace-errors.ts';

const runtimeNames = ['inline', 'process', 'docker', 'kubernetes'] as const;

/** What runtimes need of the workspace that they belong to. */
export interface RuntimeSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (line: string) => void;
  readonly server: ProjectServer | undefined;
  readonly startServer?: StartServer | undefined;
  readonly cluster: (settings?: ClusterSettings) => Promise<ApiClient>;
}

/** @throws RUNTIME_UNKNOWN */
export async function createRuntime(
  name: string,
  settings: RuntimeSettings,
  surroundings: RuntimeSurroundings,
): Promise<Runtime> {
  switch (name) {
    case 'inline':
      return (await import('../runtime/inline/inline-runtime.ts')).createInlineRuntime();
    case 'process':
      return (await import('../runtime/process/process-runtime.ts')).createProcessRuntime(settings);
    case 'docker':
      return createDocker(surroundings);
    case 'kubernetes':
      return createKubernetes(settings, surroundings);
    default:
      throw runtimeUnknown(`runtime "${name}" does not exist`, {
        hint: `use one of: ${runtimeNames.join(', ')}`,
      });
  }
}

async function createKubernetes(
  { cluster: settings = {}, isolation }: RuntimeSettings,
  { env, server, startServer, cluster, onProgress }: RuntimeSurroundings,
): Promise<Runtime> {
  const [{ createKubernetesRuntime }, { createRouteOpener }] = await Promise.all([
    import('../runtime/kubernetes/kubernetes-runtime.ts'),
    import('./tracking/route-opener.ts'),
  ]);
  const progress = onProgress === undefined ? {} : { onProgress };
  const { trackingAddress } = settings;
  return createKubernetesRuntime({
    connect: () => cluster(settings),
    openRoute: createRouteOpener({ server, trackingAddress, startServer, env, ...progress }),
    ...(isolation === undefined ? {} : { isolation }),
    ...progress,
  });
}

async function createDocker({ env, onProgress }: RuntimeSurroundings): Promise<Runtime> {
  const [{ createDockerRuntime }, { connectDocker }] = await Promise.all([
    import('../runtime/docker/docker-runtime.ts'),
    import('../functions/image/docker/connect-docker.ts'),
  ]);
  return createDockerRuntime({
    connect: () => connectDocker({ env }),
    env,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}
