import path from 'node:path';
import { parseName } from '../core/name.ts';
import type { ApiClient } from '../runtime/kubernetes/api/api-client.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TrackingSettings } from '../tracking/http/server-address.ts';
import type { Orphans } from './cluster/orphans/orphans.ts';
import { createRuntime } from './create-runtime.ts';
import { findProject } from './find-project.ts';
import { findProjectServer } from './tracking/find-project-server.ts';
import { openProjectStore } from './tracking/open-project-store.ts';
import { abandonedRoutes } from './tracking/route-book.ts';
import type { StartServer } from './tracking/route-opener.ts';
import type { ClusterSettings, RuntimeSettings, Workspace } from './workspace.ts';

export interface OpenWorkspaceOptions {
  /** Folder the caller stands in; the project is looked for from here upwards. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Another project's name than project.yaml's, e.g. to read its runs. */
  readonly project?: string;
  /** Hears, a line at a time, of what takes long before a run begins: images that are pulled, made, loaded. */
  readonly onProgress?: (line: string) => void;
  /** Hears, a line at a time, of what did not go as it should and yet ends nothing. @default onProgress */
  readonly onWarning?: (line: string) => void;
  /** What the user's own settings say of a tracking server. */
  readonly userTracking?: () => Promise<TrackingSettings>;
  /** Starts a tracking server for pods; without it runs on a cluster need one that is named. */
  readonly startServer?: StartServer;
}

/** Opens the project that `directory` belongs to. Reads project.yaml; opens neither index nor runtimes before they are used. */
export async function openWorkspace(options: OpenWorkspaceOptions): Promise<Workspace> {
  const { env, onProgress, onWarning = onProgress ?? (() => undefined) } = options;
  const directory = path.resolve(options.directory);
  const found = await findProject(directory, env);
  const project =
    options.project === undefined ? found : { ...found, name: parseName('project', options.project) };
  const server = await findProjectServer(project, options);
  const { store, settle, leave, close } = await openProjectStore(project, server, onWarning);
  const runtimes = new Map<string, Promise<Runtime>>();
  const clusters = new Map<string, Promise<ApiClient>>();
  const cluster = (settings: ClusterSettings = {}): Promise<ApiClient> =>
    remember(clusters, clusterKey(settings), () => connect(settings, directory));

  let orphans: Promise<Orphans | undefined> | undefined;
  const workspace: Workspace = {
    project,
    store,
    directory,
    env,
    ...(server === undefined ? {} : { server }),
    ...(onProgress === undefined ? {} : { onProgress }),
    cluster,
    route: async ({ trackingAddress } = {}) => {
      const { createRouteOpener } = await import('./tracking/route-opener.ts');
      const { startServer } = options;
      return createRouteOpener({ server, trackingAddress, startServer, env, onProgress });
    },
    settle,
    leave,
    runtime: (name, settings = {}) =>
      remember(runtimes, runtimeKey(name, settings), () =>
        createRuntime(name, settings, { ...options, server, cluster }),
      ),
    orphans() {
      orphans ??= openOrphans(workspace, options);
      return orphans;
    },
    async close() {
      await (await orphans)?.close();
      const opened = await Promise.allSettled(runtimes.values());
      runtimes.clear();
      for (const runtime of opened) if (runtime.status === 'fulfilled') await runtime.value.close();
      await close();
    },
  };
  return workspace;
}

async function openOrphans(
  workspace: Workspace,
  { startServer }: OpenWorkspaceOptions,
): Promise<Orphans | undefined> {
  const { project, server } = workspace;
  if (server !== undefined || abandonedRoutes(project.storeDirectory, project.name).length === 0)
    return undefined;
  const orphans = await import('./cluster/orphans/open-orphans.ts');
  return orphans.openOrphans(workspace, { startServer });
}

/** What is there, or what is opened now; what could not be opened may be the next time. */
function remember<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  open: () => Promise<Value>,
): Promise<Value> {
  const value = known.get(key) ?? open();
  known.set(key, value);
  value.catch(() => known.delete(key));
  return value;
}

const clusterKey = ({ kubeconfig, context, namespace, server }: ClusterSettings): string =>
  JSON.stringify([kubeconfig, context, namespace, server]);

function runtimeKey(name: string, { isolation = 'fresh', poolSize, cluster }: RuntimeSettings): string {
  const place = cluster === undefined ? [] : [clusterKey(cluster), cluster.trackingAddress];
  return JSON.stringify([name, isolation, poolSize, ...place]);
}

async function connect(
  { kubeconfig, context, namespace, server }: ClusterSettings,
  directory: string,
): Promise<ApiClient> {
  const { connectCluster } = await import('../runtime/kubernetes/api/connect-cluster.ts');
  return connectCluster({
    ...(kubeconfig === undefined ? {} : { kubeconfig: path.resolve(directory, kubeconfig) }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(server === undefined ? {} : { server }),
  });
}
