import { globalState } from '../core/global-state.ts';
import type { DataStore } from './data-item.ts';
import { invalidDataReference } from './errors.ts';
import { fileStore } from './stores/file-store.ts';
import { createHttpStore } from './stores/http-store.ts';
import { memoryStore } from './stores/memory-store.ts';

const stores = (): Map<string, DataStore> =>
  globalState('data-stores', () => {
    const builtIn = [fileStore, createHttpStore(), memoryStore];
    return new Map(builtIn.flatMap((store) => store.schemes.map((scheme) => [scheme, store] as const)));
  });

/** Makes a store read (and write) the URLs of its schemes, in place of any that did before. */
export function registerDataStore(store: DataStore): void {
  for (const scheme of store.schemes) stores().set(scheme, store);
}

/** The store that reads a URL. Throws `INVALID_DATA_REFERENCE` for a scheme that none is registered for. */
export function dataStoreFor(url: URL): DataStore {
  const scheme = url.protocol.slice(0, -1);
  const store = stores().get(scheme);
  if (store) return store;
  throw invalidDataReference(`"${url.href}" cannot be read: nothing is registered for "${scheme}:"`, {
    hint: `use ${[...stores().keys(), 'store'].map((known) => `${known}:`).join(', ')} or a path`,
  });
}
