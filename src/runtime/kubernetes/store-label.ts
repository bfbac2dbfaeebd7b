import { hostname } from 'node:os';
import { digestBytes } from '../../core/digest.ts';
import { serverOf } from '../../tracking/http/served-store.ts';
import type { RunStore } from '../../tracking/store.ts';

/** What tells the Jobs of a store from those of others on the same cluster: short, and it gives no path away. */
export function storeLabel(store: RunStore, storeDirectory: string): string {
  const place = serverOf(store)?.url ?? `${hostname()}\n${storeDirectory}`;
  return digestBytes(`${place}\n${store.project}`)
    .replace(/^sha256:/, '')
    .slice(0, 16);
}
