import { parseName } from '../core/name.ts';
import { openLocalStore } from '../tracking/local/local-store.ts';
import { openReplicas } from '../tracking/local/replicas.ts';
import type { Replicas } from '../tracking/replicas.ts';
import { watchStopRequests } from '../tracking/stop-request.ts';
import type { RunStore, ServedStore } from '../tracking/store.ts';

/** What a server serves of one project. */
export interface ProjectStore {
  readonly store: ServedStore;
  readonly replicas: Replicas;
  /** Resolves with the reason once the run is asked to stop, or with undefined when the signal fires. */
  stopRequest(run: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Opens what belongs to a project on first use and keeps it. */
export interface ProjectStores {
  open(project: string): ProjectStore;
  /** Resolves when what keeps the projects answers. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The projects of a store in a folder of this machine. */
export function openProjectStores(directory: string): ProjectStores {
  const open = new Map<string, ProjectStore & { readonly store: RunStore }>();
  const stores: ProjectStores = {
    open(name) {
      const project = parseName('project', name);
      const known = open.get(project);
      if (known) return known;
      const store = openLocalStore({ directory, project });
      const opened = {
        store,
        replicas: openReplicas({ directory, project }),
        stopRequest: async (run: string, signal: AbortSignal) =>
          watchStopRequests(directory, project, (await store.getRun(run)).uid, signal),
      };
      open.set(project, opened);
      return opened;
    },
    async check() {
      await stores.open('default').store.searchRuns({ limit: 1 });
    },
    async close() {
      for (const { store, replicas } of open.values()) {
        await replicas.close();
        await store.close();
      }
    },
  };
  return stores;
}
