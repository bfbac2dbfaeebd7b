import path from 'node:path';
import { parseName } from '../core/name.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { openLocalStore } from '../tracking/local/local-store.ts';
import { findProject } from './find-project.ts';
import type { Workspace } from './workspace.ts';
import { runtimeUnknown } from './workspace-errors.ts';

export interface OpenWorkspaceOptions {
  /** Folder the caller stands in; the project is looked for from here upwards. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Another project's name than project.yaml's, e.g. to read its runs. */
  readonly project?: string;
  /** Hears, a line at a time, of what takes long before a run begins: images that are pulled, made, loaded. */
  readonly onProgress?: (line: string) => void;
}

const runtimeNames = ['inline', 'process', 'docker'] as const;

/** Opens the project that `directory` belongs to. Reads project.yaml; opens neither index nor runtimes before they are used. */
export async function openWorkspace(options: OpenWorkspaceOptions): Promise<Workspace> {
  const directory = path.resolve(options.directory);
  const found = await findProject(directory, options.env);
  const project =
    options.project === undefined ? found : { ...found, name: parseName('project', options.project) };
  const store = openLocalStore({ directory: project.storeDirectory, project: project.name });
  const opened = new Map<string, Promise<Runtime>>();

  return {
    project,
    store,
    directory,
    env: options.env,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    runtime(name, settings = {}) {
      const key = `${name}/${settings.isolation ?? 'fresh'}/${settings.poolSize ?? ''}`;
      const runtime = opened.get(key) ?? createRuntime(name, settings, options);
      opened.set(key, runtime);
      return runtime;
    },
    async close() {
      const runtimes = await Promise.allSettled(opened.values());
      opened.clear();
      for (const runtime of runtimes) if (runtime.status === 'fulfilled') await runtime.value.close();
      await store.close();
    },
  };
}

async function createRuntime(
  name: string,
  settings: { isolation?: 'fresh' | 'pool'; poolSize?: number },
  { env, onProgress }: OpenWorkspaceOptions,
): Promise<Runtime> {
  switch (name) {
    case 'inline':
      return (await import('../runtime/inline/inline-runtime.ts')).createInlineRuntime();
    case 'process':
      return (await import('../runtime/process/process-runtime.ts')).createProcessRuntime(settings);
    case 'docker': {
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
    default:
      throw runtimeUnknown(`runtime "${name}" does not exist`, {
        hint: `use one of: ${runtimeNames.join(', ')}`,
      });
  }
}
