import type { RunStore } from '../store.ts';
import type { ServerAddress } from './server-address.ts';

/** A store that is a server's, however it is reached. */
export interface ServedStore {
  readonly server: ServerAddress;
}

/** The server that a store is on; undefined for one on this machine. */
export function serverOf(store: RunStore): ServerAddress | undefined {
  return 'server' in store ? (store as ServedStore).server : undefined;
}
