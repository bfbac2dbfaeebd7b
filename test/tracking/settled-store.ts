import type { RunStore } from '../../src/tracking/store.ts';

/** A store whose runs are written here first and reach the others a little later. */
interface FlushedStore extends RunStore {
  flush(): Promise<void>;
}

/** What a client reads shows what other clients wrote once that has arrived; a suite that reads at once waits for it. */
export function settledStore(store: FlushedStore, clients: readonly FlushedStore[]): RunStore {
  const settled = async (): Promise<void> => {
    for (const client of clients) await client.flush();
  };
  const immediate = ['createRun', 'openRun', 'close', 'flush', 'events', 'logs', 'createStaging'];
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const bound = (member as (...args: unknown[]) => unknown).bind(target);
      if (immediate.includes(String(name))) return bound;
      return async (...args: unknown[]) => {
        await settled();
        return bound(...args);
      };
    },
  });
}
