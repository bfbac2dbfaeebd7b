import type { ServedStore } from './http/served-store.ts';
import type { ServerAddress } from './http/server-address.ts';
import { createSpoolStore } from './http/spool-store.ts';
import { openLocalStore } from './local/local-store.ts';
import type { RunStore } from './store.ts';

/** Opens, in a folder whose runs another process brings to a server, the store of a process that writes such runs. */
export function openSpoolStore(options: {
  readonly server: ServerAddress;
  readonly project: string;
  readonly directory: string;
}): RunStore & ServedStore {
  const { server, project, directory } = options;
  return createSpoolStore({ server, project, local: openLocalStore({ directory, project }) });
}
