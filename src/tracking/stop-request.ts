import { setTimeout as delay } from 'node:timers/promises';
import { parseEntries, readFrom, readLedger } from './ledger.ts';
import { hasEnded, type RunState } from './run.ts';
import type { LedgerLine } from './store.ts';
import { ledgerFile } from './store-layout.ts';

/** Milliseconds between looks at the ledger's size: a stop is seen well within a second, at a few microseconds a look. */
const pollMs = 250;

/**
 * Resolves with the reason once someone asks the run to stop (`RunStore.requestStop`), or with `undefined` when the signal
 * fires. A request made before the call counts, unless the run has ended since. Does not keep the process alive.
 */
export async function watchStopRequests(
  storeDirectory: string,
  project: string,
  uid: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const file = ledgerFile(storeDirectory, project);
  let { reason, offset } = pendingStop(file, uid);
  while (reason === undefined && !signal?.aborted) {
    await delay(pollMs, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined);
    const tail = readLedger(file, offset);
    offset = tail.offset;
    for (const { fact } of tail.entries) reason = nextReason(reason, fact, uid);
  }
  return signal?.aborted ? undefined : reason;
}

/** Why a run was asked to stop, if that request waits for it still. */
export function pendingStopRequest(storeDirectory: string, project: string, uid: string): string | undefined {
  return pendingStop(ledgerFile(storeDirectory, project), uid).reason;
}

function nextReason(reason: string | undefined, fact: LedgerLine, uid: string): string | undefined {
  if (!('uid' in fact) || fact.uid !== uid) return reason;
  if (fact.kind === 'stop') return fact.reason;
  if (fact.kind === 'changed' && hasEnded({ state: fact.state as RunState })) return undefined;
  return reason;
}

/** The request that waits for the run already. Only lines that name the run are parsed. */
function pendingStop(file: string, uid: string): { reason: string | undefined; offset: number } {
  const bytes = readFrom(file, 0);
  const end = bytes.lastIndexOf(10) + 1;
  let reason: string | undefined;
  for (let at = bytes.indexOf(uid); at >= 0 && at < end; ) {
    const from = bytes.lastIndexOf(10, at) + 1;
    const to = bytes.indexOf(10, at);
    for (const { fact } of parseEntries(bytes.subarray(from, to), from))
      reason = nextReason(reason, fact, uid);
    at = bytes.indexOf(uid, to);
  }
  return { reason, offset: end };
}
