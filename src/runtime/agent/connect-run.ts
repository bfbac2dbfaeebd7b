import { setTimeout as delay } from 'node:timers/promises';
import { isSlipwayError, type SlipwayError } from '../../core/error.ts';
import { runNotFound, serverUnreachable } from '../../tracking/errors.ts';
import type { HttpStore } from '../../tracking/http/http-store.ts';
import type { JournalEvent } from '../../tracking/journal-event.ts';
import { retryDelay } from '../../tracking/retry-delay.ts';
import { podNotConnected } from './errors.ts';

export interface ConnectRun {
  readonly store: HttpStore;
  /** Brings the run's journal here, or begins it. */
  readonly connect: () => Promise<readonly JournalEvent[]>;
  /** Milliseconds that the server may take to answer. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
  readonly onFailure: (error: SlipwayError) => void;
}

/**
 * Brings a run's journal here. A server that does not answer, or has not heard of the run yet, is asked again.
 * @throws POD_NOT_CONNECTED; what the server refuses for good is thrown as it is
 */
export async function connectRun(connect: ConnectRun): Promise<readonly JournalEvent[]> {
  const { store, signal, withinMs } = connect;
  const until = performance.now() + withinMs;
  for (let failures = 1; ; failures++) {
    try {
      return await inTime(connect, until);
    } catch (error) {
      if (!isSlipwayError(error)) throw error;
      const mayPass = error.kind === 'unavailable' || runNotFound.is(error);
      if (!mayPass) throw error;
      if (signal.aborted || performance.now() >= until) throw notConnected(store, error);
      if (failures === 1) connect.onFailure(error);
    }
    const rest = Math.max(0, until - performance.now());
    await delay(Math.min(retryDelay(failures), rest), undefined, { signal }).catch(() => undefined);
  }
}

/** A try that gets no answer at all ends with the time for all of them. */
async function inTime({ connect, withinMs }: ConnectRun, until: number): Promise<readonly JournalEvent[]> {
  const over = new AbortController();
  const silence = delay(Math.max(0, until - performance.now()), undefined, { signal: over.signal }).then(
    () => {
      throw serverUnreachable(`it has not answered within ${withinMs / 1000} s`);
    },
  );
  try {
    return await Promise.race([connect(), silence]);
  } finally {
    over.abort();
    silence.catch(() => undefined);
  }
}

function notConnected({ server }: HttpStore, cause: SlipwayError): Error {
  return podNotConnected(
    `the tracking server at "${server.url}" cannot be reached from the pod: ${cause.message}`,
    {
      hint: 'give an address of this machine that pods reach (--tracking-address host[:port]), or a tracking server beside the cluster; see also network policies and firewalls',
      details: { url: server.url },
      cause,
    },
  );
}
