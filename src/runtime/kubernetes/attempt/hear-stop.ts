import { serverOf } from '../../../tracking/http/served-store.ts';
import { createServerClient } from '../../../tracking/http/server-client.ts';
import { watchRemoteStop } from '../../../tracking/http/watch-remote-stop.ts';
import type { RunStore } from '../../../tracking/store.ts';

export interface HearStop {
  readonly store: RunStore;
  /** Of the run. */
  readonly uid: string;
  /** Ends the hearing. */
  readonly signal: AbortSignal;
  readonly onStop: (reason: string) => void;
}

/**
 * Hears of requests to stop a run that was left to its pod, where they are made at a server: a pod that waits hears nothing. A store of
 * this machine is heard by who submits.
 */
export function hearStop({ store, uid, signal, onStop }: HearStop): void {
  const server = serverOf(store);
  if (server === undefined) return;
  const client = createServerClient(server, store.project);
  void watchRemoteStop(client, uid, signal, onStop).finally(() => client.close());
}
