import type { SlipwayError } from '../../core/error.ts';
import type { FollowPlanOptions } from '../run-plan.ts';
import { pipelineTimeout } from './pipeline-timeout.ts';

export interface StopListener {
  abort(reason: string, cause?: SlipwayError): void;
  fail(error: unknown): void;
}

/** Listens to a pipeline's signal, timeout and stop requests; the function returned ends that. */
export function watchForStop(
  uid: string,
  { signal, timeoutMs, stopRequested }: Pick<FollowPlanOptions, 'signal' | 'timeoutMs' | 'stopRequested'>,
  listener: StopListener,
): () => void {
  const ended = new AbortController();
  const onSignal = (): void => listener.abort(abortReason(signal));
  if (signal?.aborted) onSignal();
  else signal?.addEventListener('abort', onSignal, { once: true });
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => timeOut(timeoutMs, listener), timeoutMs);
  stopRequested?.(uid, ended.signal).then(
    (reason) => reason !== undefined && listener.abort(reason),
    (error: unknown) => listener.fail(error),
  );
  return () => {
    ended.abort();
    clearTimeout(timer);
    signal?.removeEventListener('abort', onSignal);
  };
}

function timeOut(timeoutMs: number, listener: StopListener): void {
  const cause = pipelineTimeout(timeoutMs);
  listener.abort(cause.message, cause);
}

function abortReason(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  return typeof reason === 'string' ? reason : 'it was asked to stop';
}
