import { setTimeout as delay } from 'node:timers/promises';
import { isSlipwayError } from '../../../core/error.ts';
import type { ApiClient } from '../api/api-client.ts';
import { isPassing } from '../api/api-error.ts';
import { createBackoff } from '../api/backoff.ts';
import { Refusals } from '../api/refusals.ts';
import { kubernetesInvalid, kubernetesNotFound } from '../errors.ts';
import { LogWindow } from './log-window.ts';
import { type LogLine, type LogSource, readLog } from './read-log.ts';
import { UnknownPod } from './unknown-pod.ts';

export interface FollowLog extends LogSource {
  /** Resolves when the container has ended, as the pod's status says: the end of a stream says nothing. */
  readonly ended: Promise<unknown>;
  /** Stops following at once. */
  readonly signal: AbortSignal;
  /** Milliseconds of silence after which the log is opened anew: it may have been rotated away. @default 30000 */
  readonly idleMs?: number;
  /** Called when a stream ended or broke and is opened again. */
  readonly onReopen?: (error: unknown) => void;
}

/** How following came to its end. */
export interface FollowedLog {
  /** Whether the log was read to its end; not when the pod went away first. */
  readonly complete: boolean;
}

/** How long a stream may go on by itself after the container has ended. */
const drainMs = 2000;

/**
 * Lines of a container's log as they are written, none lost and none told twice, across broken connections, restarts of the API
 * server and rotation of the log. Once the container has ended, the rest is read to the end.
 * @throws KUBERNETES_REFUSED where reading logs is not allowed.
 */
export async function* followLog(client: ApiClient, follow: FollowLog): AsyncGenerator<LogLine, FollowedLog> {
  const window = new LogWindow();
  const backoff = createBackoff();
  const refusals = new Refusals();
  const unknownPod = new UnknownPod();
  let ended = false;
  const draining = new AbortController();
  void follow.ended.then(() => {
    ended = true;
    setTimeout(() => draining.abort(), drainMs).unref();
  });
  while (!ended && !follow.signal.aborted) {
    let cause: unknown;
    try {
      yield* readNew(client, follow, window, {
        signals: [follow.signal, draining.signal],
        onLine: () => {
          backoff.reset();
          refusals.over();
          unknownPod.over();
        },
      });
    } catch (error) {
      if (kubernetesNotFound.is(error) && !unknownPod.mayPass()) return { complete: false };
      const isOver = follow.signal.aborted || draining.signal.aborted;
      if (!isOver && !isWorthTrying(error) && !refusals.mayPass(error)) throw error;
      if (!kubernetesNotFound.is(error)) unknownPod.over();
      cause = error;
    }
    if (ended || follow.signal.aborted) break;
    follow.onReopen?.(cause);
    await Promise.race([delay(backoff.next()), follow.ended]);
  }
  if (follow.signal.aborted) return { complete: false };
  return yield* readRest(client, follow, window);
}

interface Reading {
  readonly signals: readonly AbortSignal[];
  readonly onLine: () => void;
}

/** The lines of one stream that were not told yet. */
async function* readNew(
  client: ApiClient,
  follow: FollowLog,
  window: LogWindow,
  { signals, onLine }: Reading,
): AsyncGenerator<LogLine, void> {
  const silence = new AbortController();
  const idleMs = follow.idleMs ?? 30_000;
  const timer = setTimeout(() => silence.abort(), idleMs);
  const signal = AbortSignal.any([...signals, silence.signal]);
  window.reopen();
  const since = window.since();
  try {
    for await (const line of readLog(client, {
      ...follow,
      follow: true,
      signal,
      ...(since === undefined ? {} : { since }),
    })) {
      timer.refresh();
      onLine();
      if (line.whole && window.accept(line)) yield { time: line.time, text: line.text };
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What is still unread of a log that nothing is added to any more. */
async function* readRest(
  client: ApiClient,
  follow: FollowLog,
  window: LogWindow,
): AsyncGenerator<LogLine, FollowedLog> {
  const backoff = createBackoff();
  while (!follow.signal.aborted) {
    try {
      window.reopen();
      const since = window.since();
      const lines = readLog(client, { ...follow, follow: false, ...(since === undefined ? {} : { since }) });
      // its last line may have no end: the program wrote none
      for await (const line of lines) if (window.accept(line)) yield { time: line.time, text: line.text };
      return { complete: true };
    } catch (error) {
      if (kubernetesNotFound.is(error)) return { complete: false };
      if (follow.signal.aborted) break;
      if (!isWorthTrying(error)) throw error;
      follow.onReopen?.(error);
    }
    await delay(backoff.next());
  }
  return { complete: false };
}

/** A container that has not started yet is an invalid request to the API server, a pod that its node has not heard of yet is none. */
function isWorthTrying(error: unknown): boolean {
  return (
    isPassing(error) || kubernetesInvalid.is(error) || kubernetesNotFound.is(error) || !isSlipwayError(error)
  );
}
