import { createHttpStore, type HttpStore } from './http/http-store.ts';
import type { ServerAddress } from './http/server-address.ts';
import { openLocalStore } from './local/local-store.ts';
import { openReplicas } from './local/replicas.ts';

export interface OpenHttpStoreOptions {
  readonly server: ServerAddress;
  readonly project: string;
  /** Folder of the local store that takes everything first. */
  readonly spoolDirectory: string;
  /** Milliseconds that `flush` and `close` wait for the server. @default 30000 */
  readonly flushMs?: number;
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
