import { setTimeout as delay } from 'node:timers/promises';
import { retryDelay } from '../retry-delay.ts';
import type { ServerClient } from './server-client.ts';

/** Milliseconds of one question to the server; below what proxies take for a dead connection. */
const waitMs = 20_000;

/** Calls `onStop` when somebody asks, at the server, for the run to stop. Never throws: a server that is away is asked again. */
export async function watchRemoteStop(
  client: ServerClient,
  uid: string,
  signal: AbortSignal,
  onStop: (reason: string) => void,
): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      const answer = await client.call<{ reason?: string }>('GET', `/runs/${uid}/stop?wait=${waitMs}`, {
        signal,
      });
      failures = 0;
      if (answer.reason === undefined) continue;
      onStop(answer.reason);
      return;
    } catch {
      failures++;
      await delay(retryDelay(failures), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
