import type { SlipwayError } from '../../core/error.ts';
import { runTimeout } from '../../runtime/errors.ts';
import type { RunPlanOptions } from '../run-plan.ts';

export interface StopListener {
  abort(reason: string, cause?: SlipwayError): void;
  fail(error: unknown): void;
}

/** Listens to a pipeline's signal, timeout and stop requests; the function returned ends that. */
export function watchForStop(
  uid: string,
  { signal, timeoutMs, stopRequested }: Pick<RunPlanOptions, 'signal' | 'timeoutMs' | 'stopRequested'>,
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
  const reason = `the pipeline took longer than ${timeoutMs} ms`;
  listener.abort(
    reason,
    runTimeout(reason, { hint: 'give it more time, or find the slow step in the report' }),
  );
}

function abortReason(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  return typeof reason === 'string' ? reason : 'it was asked to stop';
}
