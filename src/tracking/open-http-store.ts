import { createHttpStore, type HttpStore, type HttpStoreOptions } from './http/http-store.ts';
import { openLocalStore } from './local/local-store.ts';
import { openReplicas } from './local/replicas.ts';

export interface OpenHttpStoreOptions extends Omit<HttpStoreOptions, 'spool'> {
  /** Folder of the local store that takes everything first. */
  readonly spoolDirectory: string;
}

/** Opens a project's store on a tracking server, with a local store in between. */
export function openHttpStore({ spoolDirectory, ...options }: OpenHttpStoreOptions): HttpStore {
  const { project } = options;
  return createHttpStore({
    ...options,
    spool: {
      directory: spoolDirectory,
      store: openLocalStore({ directory: spoolDirectory, project }),
      replicas: openReplicas({ directory: spoolDirectory, project }),
    },
  });
}
