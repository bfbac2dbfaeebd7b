import type { Job } from './job.ts';

/** Runs shorter than this are not worth a watch. */
const startAfterMs = 200;

/** Calls `onStop` when somebody asks for the run to be stopped through the ledger (`slipway stop`). */
export function watchLedgerForStop(
  job: Pick<Job, 'storeDirectory' | 'project' | 'uid'>,
  onStop: (reason: string) => void,
): { cancel(): void } {
  let cancelled: AbortController | undefined;
  const timer = setTimeout(() => void watch(), startAfterMs);
  timer.unref();
  const watch = async (): Promise<void> => {
    const watching = new AbortController();
    cancelled = watching;
    const { signal } = watching;
    const { watchStopRequests } = await import('../tracking/stop-request.ts');
    const reason = await watchStopRequests(job.storeDirectory, job.project, job.uid, signal);
    if (reason !== undefined && !signal.aborted) onStop(reason);
  };
  return {
    cancel() {
      clearTimeout(timer);
      cancelled?.abort();
    },
  };
}
